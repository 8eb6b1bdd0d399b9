"""Central Paris along the Seine, drawn from memory of the city: the facts behind the bundled plan.

Positions are pairs ``lat,lon`` in ten-thousandths of a degree above 48° N and 2° E
(``8533,3579`` is 48.8533 N, 2.3579 E), so they are good to 11 m by 7 m at the very best and to
some tens of metres in fact. Nothing here is taken from a map database.
"""

# Where streets, quays and bridges meet. A suffix _r, _l or _i is the right bank, the left bank
# or an island.
PLACES = """
austerlitz_r 8458,3662   austerlitz_l 8438,3650
sully_r 8510,3620        sully_i 8503,3597        sully_l 8490,3565
tournelle_l 8497,3546    tournelle_i 8509,3559
marie_r 8534,3580        marie_i 8523,3570
philippe_r 8544,3558     philippe_i 8533,3544
stlouis_w 8529,3535      stlouis_e 8529,3523
archeveche_l 8511,3511   archeveche_i 8519,3518
double_l 8523,3484       double_i 8529,3490
arcole_r 8562,3511       arcole_i 8551,3499
petit_l 8529,3468        petit_i 8535,3473
notredame_r 8569,3492    notredame_i 8557,3481
stmichel_l 8536,3443     stmichel_i 8545,3451
change_r 8571,3473       change_i 8560,3459
neuf_r 8583,3424         neuf_i 8571,3412         neuf_l 8560,3402
arts_r 8590,3379         arts_l 8576,3371
carrousel_r 8601,3333    carrousel_l 8587,3324
royal_r 8609,3305        royal_l 8595,3293
senghor_r 8626,3253      senghor_l 8613,3243
concorde_r 8646,3204     concorde_l 8627,3191
alexandre_r 8645,3138    alexandre_l 8626,3134
invalides_r 8644,3101    invalides_l 8624,3106
alma_r 8646,3011         alma_l 8624,3021
debilly_r 8633,2965      debilly_l 8619,2975
iena_r 8605,2915         iena_l 8593,2932
"""

# name | class | left end | right end, every bridge from Austerlitz to Iéna
BRIDGES = """
Pont d'Austerlitz | primary | austerlitz_l austerlitz_r
Pont de Sully | primary | sully_l sully_i
Pont de Sully | primary | sully_i sully_r
Pont de la Tournelle | secondary | tournelle_l tournelle_i
Pont Marie | secondary | marie_i marie_r
Pont Louis-Philippe | secondary | philippe_i philippe_r
Pont Saint-Louis | pedestrian | stlouis_w stlouis_e
Pont de l'Archevêché | secondary | archeveche_l archeveche_i
Pont au Double | pedestrian | double_l double_i
Pont d'Arcole | secondary | arcole_i arcole_r
Petit-Pont | secondary | petit_l petit_i
Pont Notre-Dame | secondary | notredame_i notredame_r
Pont Saint-Michel | primary | stmichel_l stmichel_i
Pont au Change | primary | change_i change_r
Pont Neuf | secondary | neuf_l neuf_i
Pont Neuf | secondary | neuf_i neuf_r
Pont des Arts | footway | arts_l arts_r
Pont du Carrousel | secondary | carrousel_l carrousel_r
Pont Royal | secondary | royal_l royal_r
Passerelle Léopold-Sédar-Senghor | footway | senghor_l senghor_r
Pont de la Concorde | primary | concorde_l concorde_r
Pont Alexandre-III | primary | alexandre_l alexandre_r
Pont des Invalides | secondary | invalides_l invalides_r
Pont de l'Alma | primary | alma_l alma_r
Passerelle Debilly | footway | debilly_l debilly_r
Pont d'Iéna | primary | iena_l iena_r
"""

# Upper quays from east to west. A number in brackets is the way from the road to the water's edge
# in metres from there on. "lower" names the lower quay beside the stretch, "-" says there is none.
RIGHT_BANK = """
Quai de la Rapée | - | 8436,3694[30] 8446,3679 austerlitz_r
Quai Henri-IV | Voie Mazas | austerlitz_r[40] 8474,3650
Quai Henri-IV | Port Henri-IV | 8474,3650[40] 8494,3634 sully_r
Quai des Célestins | Parc Rives de Seine - Célestins | sully_r[30] 8522,3601 marie_r
Quai de l'Hôtel-de-Ville | Parc Rives de Seine - Hôtel de Ville | marie_r[28] philippe_r 8554,3531 arcole_r
Quai de Gesvres | Parc Rives de Seine - Gesvres | arcole_r[24] notredame_r change_r
Quai de la Mégisserie | Parc Rives de Seine - Mégisserie | change_r[30] 8578,3447 neuf_r
Quai du Louvre | Voie Georges-Pompidou - Louvre | neuf_r[30] 8587,3399 arts_r
Quai François-Mitterrand | Voie Georges-Pompidou - Mitterrand | arts_r[30] 8596,3356 carrousel_r
Quai François-Mitterrand | Port des Tuileries | carrousel_r[28] royal_r
Quai Aimé-Césaire | Port des Tuileries | royal_r[28] 8617,3280 senghor_r
Quai des Tuileries | Port des Tuileries | senghor_r[28] 8636,3229 concorde_r
Cours la Reine | Port de la Concorde | concorde_r[44] 8648,3172 alexandre_r
Cours la Reine | Port des Champs-Élysées | alexandre_r[44] invalides_r
Cours Albert-Ier | Port de la Conférence | invalides_r[44] 8646,3058 alma_r
Avenue de New-York | Port Debilly | alma_r[34] 8641,2987 debilly_r 8620,2936 iena_r
Avenue de New-York | - | iena_r[34] 8585,2893
"""
LEFT_BANK = """
Quai d'Austerlitz | - | 8416,3680[34] austerlitz_l
Quai Saint-Bernard | Jardin Tino-Rossi | austerlitz_l[46] 8453,3628 8467,3602 sully_l
Quai de la Tournelle | Port de la Tournelle | sully_l[30] tournelle_l 8505,3526 archeveche_l
Quai de Montebello | Port de Montebello | archeveche_l[22] double_l petit_l
Quai Saint-Michel | - | petit_l[12] stmichel_l
Quai des Grands-Augustins | Port des Grands-Augustins | stmichel_l[24] 8547,3424 neuf_l
Quai de Conti | Port de Conti | neuf_l[24] 8567,3391 arts_l
Quai Malaquais | Port des Saints-Pères | arts_l[30] 8579,3350 carrousel_l
Quai Voltaire | Port Voltaire | carrousel_l[30] royal_l
Quai Anatole-France | Port de Solférino | royal_l[36] 8604,3268 senghor_l concorde_l
Quai d'Orsay | Port des Invalides | concorde_l[36] 8624,3163 alexandre_l invalides_l
Quai d'Orsay | Port du Gros-Caillou | invalides_l[36] 8624,3063 alma_l
Quai Branly | Port de la Bourdonnais | alma_l[36] debilly_l 8607,2955 iena_l
Quai Jacques-Chirac | Port de Suffren | iena_l[36] 8573,2912
"""
CITE = """
Quai de l'Archevêché | - | stlouis_e[10] archeveche_i
Promenade Maurice-Carême | - | archeveche_i[14] double_i petit_i
Quai du Marché-Neuf | - | petit_i[12] stmichel_i
Quai des Orfèvres | - | stmichel_i[14] 8555,3429 neuf_i
Quai de l'Horloge | - | neuf_i[14] 8568,3436 change_i
Quai de la Corse | - | change_i[14] notredame_i
Quai aux Fleurs | - | notredame_i[14] arcole_i 8540,3518 stlouis_e
"""
SAINT_LOUIS = """
Quai d'Orléans | - | stlouis_w[12] 8517,3545 tournelle_i
Quai de Béthune | - | tournelle_i[12] 8502,3580 sully_i
Quai d'Anjou | - | sully_i[12] 8514,3587 marie_i
Quai de Bourbon | - | marie_i[12] philippe_i stlouis_w
"""

# The way of the boats, from bridge to bridge along the northern arm.
ROUTE = """
8449,3657 8466,3633 8492,3622 8507,3609 8529,3576 8539,3551 8557,3505 8563,3487 8566,3466
8577,3418 8583,3375 8594,3329 8602,3299 8620,3248 8637,3198 8636,3136 8634,3104 8635,3016
8626,2970 8599,2924
"""

# Stairs (s) and ramps (r) between the upper and the lower quay, by the place above.
DESCENTS = """
right s austerlitz_r | right r 8474,3650 | right s sully_r | right r 8522,3601 | right s marie_r
right s philippe_r | right r 8554,3531 | right s arcole_r | right s notredame_r | right s change_r | right r 8578,3447 | right s neuf_r
right r 8587,3399 | right s arts_r | right r 8596,3356 | right s carrousel_r | right s royal_r | right r 8617,3280 | right s senghor_r
right r 8636,3229 | right s concorde_r | right r 8648,3172 | right s alexandre_r | right s invalides_r | right r 8646,3058 | right s alma_r
right r 8641,2987 | right s debilly_r | right r 8620,2936 | right s iena_r
left s austerlitz_l | left r 8453,3628 | left s 8467,3602 | left s sully_l | left s tournelle_l | left r 8505,3526 | left s archeveche_l
left s double_l | left s petit_l | left s stmichel_l | left r 8547,3424 | left s neuf_l | left s 8567,3391 | left s arts_l | left r 8579,3350
left s carrousel_l | left s royal_l | left r 8604,3268 | left s senghor_l | left s concorde_l | left r 8624,3163 | left s alexandre_l
left s invalides_l | left r 8624,3063 | left s alma_l | left s debilly_l | left r 8607,2955 | left s iena_l | left s 8573,2912
"""

# id | name | lat,lon | exits "a" open, "x" shut on the day (press; dates varied)
STATIONS = """
gare-austerlitz | Gare d'Austerlitz | 8432,3646 | a
gare-lyon | Gare de Lyon | 8458,3732 | a
quai-rapee | Quai de la Rapée | 8464,3667 | x
bastille | Bastille | 8529,3691 | a
sully-morland | Sully - Morland | 8511,3623 | a
saint-paul | Saint-Paul | 8552,3611 | a
pont-marie | Pont Marie | 8535,3577 | x
hotel-ville-lobau | Hôtel de Ville, sortie Lobau | 8571,3535 | a
hotel-ville-place | Hôtel de Ville, sortie place | 8574,3517 | a
chatelet-victoria | Châtelet, sortie avenue Victoria | 8578,3482 | x
chatelet-rivoli | Châtelet, sortie rue de Rivoli | 8585,3470 | a
halles-berger | Les Halles, sortie rue Berger | 8611,3455 | a
rambuteau | Rambuteau | 8606,3528 | a
pont-neuf | Pont Neuf | 8584,3422 | x
louvre-rivoli | Louvre - Rivoli | 8608,3408 | a
palais-royal | Palais Royal - Musée du Louvre | 8624,3364 | a
pyramides | Pyramides | 8657,3341 | a
tuileries | Tuileries | 8644,3297 | x
concorde-rivoli | Concorde, sortie Rivoli | 8660,3241 | x
concorde-place | Concorde, sortie place | 8664,3222 | x
madeleine | Madeleine | 8694,3242 | a
clemenceau | Champs-Élysées - Clemenceau | 8677,3142 | x
roosevelt | Franklin D. Roosevelt | 8689,3095 | a
george-v | George V | 8714,3006 | a
alma-marceau | Alma - Marceau | 8648,3010 | x
iena | Iéna | 8647,2940 | x
boissiere | Boissière | 8667,2901 | a
trocadero-wilson | Trocadéro, sortie Wilson | 8634,2878 | x
trocadero-kleber | Trocadéro, sortie Kléber | 8637,2876 | x
passy | Passy | 8581,2861 | x
champ-de-mars | Champ de Mars - Tour Eiffel | 8575,2915 | x
pont-alma-rer | Pont de l'Alma | 8624,3012 | x
ecole-militaire | École Militaire | 8552,3060 | a
tour-maubourg | La Tour-Maubourg | 8577,3103 | a
invalides-esplanade | Invalides, sortie esplanade | 8611,3147 | a
invalides-constantine | Invalides, sortie Constantine | 8618,3152 | a
varenne | Varenne | 8568,3152 | a
assemblee | Assemblée nationale | 8611,3205 | a
solferino | Solférino | 8586,3231 | a
rue-du-bac | Rue du Bac | 8557,3259 | a
musee-orsay | Musée d'Orsay | 8606,3258 | x
saint-germain | Saint-Germain-des-Prés | 8539,3334 | a
mabillon | Mabillon | 8529,3358 | a
odeon | Odéon | 8521,3390 | a
saint-michel-place | Saint-Michel, sortie place | 8535,3441 | a
saint-michel-quai | Saint-Michel - Notre-Dame, sortie quai | 8531,3461 | a
cluny | Cluny - La Sorbonne | 8511,3446 | a
luxembourg | Luxembourg | 8466,3403 | a
maubert | Maubert - Mutualité | 8502,3486 | a
cardinal-lemoine | Cardinal Lemoine | 8468,3516 | a
jussieu | Jussieu | 8461,3549 | a
cite | Cité | 8552,3468 | x
sevres-babylone | Sèvres - Babylone | 8522,3268 | a
"""

# Crossings farther from the river where a street could be closed: street and street.
CROSSINGS = """
Rue de Rivoli / Rue du Pont-Louis-Philippe
Rue de Rivoli / Rue de Lobau
Rue de Rivoli / Rue du Temple
Rue de Rivoli / Rue Saint-Martin
Rue de Rivoli / Boulevard de Sébastopol
Rue de Rivoli / Rue des Bourdonnais
Rue de Rivoli / Rue du Pont-Neuf
Rue de Rivoli / Rue de l'Arbre-Sec
Rue de Rivoli / Rue de l'Amiral-de-Coligny
Rue de Rivoli / Rue Marengo
Rue de Rivoli / Place du Carrousel
Rue de Rivoli / Rue des Pyramides
Rue de Rivoli / Rue d'Alger
Rue de Rivoli / Rue de Castiglione
Rue de Rivoli / Rue Cambon
Rue Saint-Antoine / Rue Saint-Paul
Rue Saint-Antoine / Rue Castex
Boulevard Henri-IV / Rue de la Cerisaie
Boulevard Bourdon / Rue Mornay
Boulevard Diderot / Rue Traversière
Rue François-Miron / Rue Geoffroy-l'Asnier
Avenue Victoria / Boulevard de Sébastopol
Boulevard Saint-Germain / Rue de Poissy
Boulevard Saint-Germain / Rue des Bernardins
Boulevard Saint-Germain / Rue Monge
Boulevard Saint-Germain / Rue Saint-Jacques
Boulevard Saint-Germain / Boulevard Saint-Michel
Boulevard Saint-Germain / Rue Danton
Boulevard Saint-Germain / Rue de l'Ancienne-Comédie
Boulevard Saint-Germain / Rue de Seine
Boulevard Saint-Germain / Rue Bonaparte
Boulevard Saint-Germain / Rue des Saints-Pères
Boulevard Saint-Germain / Rue du Bac
Boulevard Saint-Germain / Rue de Bellechasse
Boulevard Saint-Germain / Rue de Lille
Boulevard Saint-Germain / Rue de l'Université
Rue Jacob / Rue Bonaparte
Rue de l'Université / Rue du Bac
Rue de l'Université / Rue de Bourgogne
Rue de l'Université / Rue de Constantine
Rue de l'Université / Rue Fabert
Rue de l'Université / Boulevard de la Tour-Maubourg
Rue de l'Université / Rue Malar
Rue de l'Université / Avenue Bosquet
Rue de l'Université / Avenue Rapp
Rue Saint-Dominique / Rue de Constantine
Rue Saint-Dominique / Rue Fabert
Rue Saint-Dominique / Boulevard de la Tour-Maubourg
Rue Saint-Dominique / Avenue Bosquet
Rue Saint-Dominique / Avenue de la Bourdonnais
Rue de Grenelle / Rue Fabert
Rue de Grenelle / Rue de Constantine
Rue de Grenelle / Avenue Bosquet
Rue de Grenelle / Avenue de la Bourdonnais
Avenue des Champs-Élysées / Avenue Winston-Churchill
Avenue des Champs-Élysées / Avenue Franklin-D.-Roosevelt
Avenue Franklin-D.-Roosevelt / Rue Jean-Goujon
Avenue Montaigne / Rue François-Ier
Avenue Montaigne / Rue Jean-Goujon
Avenue George-V / Rue de la Trémoille
Avenue Marceau / Avenue Pierre-Ier-de-Serbie
Avenue du Président-Wilson / Rue Debrousse
Avenue du Président-Wilson / Rue de la Manutention
Avenue du Président-Wilson / Avenue d'Iéna
Avenue du Président-Wilson / Avenue Albert-de-Mun
Avenue du Président-Wilson / Rue de Magdebourg
Avenue Albert-de-Mun / Avenue des Nations-Unies
Boulevard Delessert / Avenue des Nations-Unies
Avenue Joseph-Bouvard / Avenue de Suffren
Avenue Joseph-Bouvard / Avenue de la Bourdonnais
Rue Cuvier / Rue Linné
Boulevard de l'Hôpital / Rue Buffon
Rue Royale / Rue Saint-Honoré
Rue Saint-Honoré / Rue Saint-Roch
Rue Saint-Honoré / Place du Palais-Royal
"""

# id | people | English name | French name | where they stand: a strip of 3 m² a person along an upper
# quay ("bank from to", whose depth follows from the people), or a polygon by its corners.
BOXES = """
01-henri-iv | 5000 | Quai Henri-IV | Quai Henri-IV | strip right austerlitz_r sully_r
02-hotel-de-ville | 6600 | Célestins and Hôtel de Ville quays | Quais des Célestins et de l'Hôtel-de-Ville | strip right sully_r arcole_r
03-megisserie | 5400 | Gesvres and Mégisserie quays | Quais de Gesvres et de la Mégisserie | strip right arcole_r neuf_r
04-louvre | 8000 | Louvre quays | Quais du Louvre | strip right neuf_r royal_r
05-tuileries | 30000 | Tuileries garden, river side | Jardin des Tuileries, côté Seine | strip right royal_r 8636,3229
06-concorde | 20000 | Place de la Concorde | Place de la Concorde | 8650,3207 8661,3192 8677,3217 8668,3234 8650,3227
07-cours-la-reine | 13000 | Cours la Reine | Cours la Reine | strip right concorde_r alexandre_r
08-cours-albert | 12000 | Cours Albert-Ier | Cours Albert-Ier | strip right invalides_r alma_r
09-new-york | 9000 | Avenue de New-York | Avenue de New-York | strip right alma_r iena_r
10-trocadero | 40000 | Trocadéro gardens | Jardins du Trocadéro | 8608,2907 8596,2891 8609,2866 8622,2867 8635,2879 8640,2896 8625,2922
11-saint-bernard | 9000 | Quai Saint-Bernard | Quai Saint-Bernard | strip left austerlitz_l sully_l
12-montebello | 600 | Quai de Montebello | Quai de Montebello | strip left archeveche_l double_l
13-conti | 7400 | Conti, Malaquais and Voltaire quays | Quais de Conti, Malaquais et Voltaire | strip left neuf_l royal_l
14-invalides | 36000 | Esplanade des Invalides | Esplanade des Invalides | 8619,3152 8583,3146 8584,3117 8621,3121
15-champ-de-mars | 20000 | Quai Branly and Eiffel tower lawns | Quai Branly et pelouses de la tour Eiffel | 8601,2949 8588,2970 8566,2961 8577,2937 8590,2935
"""

# Seats on the lower quays: id | people | English name | French name | bank from to
STANDS = """
right-1-henri-iv | 5000 | Port Henri-IV stand | Tribune du port Henri-IV | right 8474,3650 sully_r
right-2-celestins | 10000 | Célestins and Hôtel de Ville stand | Tribune Célestins - Hôtel de Ville | right sully_r arcole_r
right-3-megisserie | 8000 | Mégisserie stand | Tribune de la Mégisserie | right arcole_r neuf_r
right-4-louvre | 10000 | Louvre stand | Tribune du Louvre | right neuf_r royal_r
right-5-tuileries | 9000 | Port des Tuileries stand | Tribune du port des Tuileries | right royal_r concorde_r
right-6-champs-elysees | 9000 | Port des Champs-Élysées stand | Tribune du port des Champs-Élysées | right concorde_r invalides_r
right-7-conference | 7000 | Port de la Conférence stand | Tribune du port de la Conférence | right invalides_r alma_r
right-8-debilly | 9000 | Port Debilly stand | Tribune du port Debilly | right alma_r iena_r
left-1-saint-bernard | 7000 | Tino-Rossi garden stand | Tribune du jardin Tino-Rossi | left austerlitz_l sully_l
left-2-tournelle | 3000 | Port de la Tournelle stand | Tribune du port de la Tournelle | left sully_l archeveche_l
left-3-voltaire | 7000 | Conti and Voltaire stand | Tribune Conti - Voltaire | left neuf_l royal_l
left-4-solferino | 9000 | Port de Solférino stand | Tribune du port de Solférino | left royal_l concorde_l
left-5-invalides | 4000 | Port des Invalides stand | Tribune du port des Invalides | left concorde_l alexandre_l
left-6-bourdonnais | 7000 | Port de la Bourdonnais stand | Tribune du port de la Bourdonnais | left alma_l iena_l
"""

# What is decided before the choice, by site (A). The cathedral was a building site in 2024; dogs are
# kept from the doors of the Hôtel-Dieu hospital; queues are kept off the wooden footbridges. Nothing
# is required, so that a budget of nothing has a plan too.
NO_GATE = {"status_checkpoint": "excluded"}
NO_DOGS = {"status_dog_team": "excluded"}
DECIDED: dict[str, dict[str, str]] = {
    "bridge-pont-au-double-ile": {"status": "excluded"},
    "bridge-petit-pont-ile": NO_DOGS,
    "bridge-pont-d-arcole-ile": NO_DOGS,
    "bridge-pont-des-arts-rive-droite": NO_GATE,
    "bridge-pont-des-arts-rive-gauche": NO_GATE,
    "bridge-passerelle-leopold-sedar-senghor-rive-droite": NO_GATE,
    "bridge-passerelle-leopold-sedar-senghor-rive-gauche": NO_GATE,
    "bridge-passerelle-debilly-rive-droite": NO_GATE,
    "bridge-passerelle-debilly-rive-gauche": NO_GATE,
}
