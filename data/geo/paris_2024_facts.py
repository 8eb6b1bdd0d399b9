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

# name | class (p primary, s secondary, r residential, d pedestrian, f footway) | way
STREETS = """
Rue de Rivoli | p | st_paul=8552,3609 8562,3574 8574,3520 8579,3498 8584,3474 8600,3433 8608,3410 8622,3365 8629,3343 8636,3322 8644,3296 8650,3276 8656,3257 8663,3230
Rue Saint-Antoine | p | bastille=8531,3687 8538,3662 8545,3636 st_paul
Boulevard Henri-IV | p | sully_r bastille
Boulevard Bourdon | s | 8474,3650 8476,3658 bastille
Boulevard de la Bastille | s | austerlitz_r 8475,3671 8525,3694 bastille
Boulevard Morland | s | 8476,3658 8490,3647 8508,3628 sully_r
Boulevard Beaumarchais | p | bastille 8540,3688 8575,3679
Rue de Lyon | p | bastille 8503,3707 8484,3716 8454,3733
Avenue Daumesnil | s | 8503,3707 8484,3740
Avenue Ledru-Rollin | s | austerlitz_r 8484,3716 8500,3739
Boulevard Diderot | p | austerlitz_r 8458,3700 8459,3738
Rue de Bercy | r | 8457,3685 8441,3720
Rue Traversière | r | 8448,3677 8461,3704 8476,3722
Rue Van-Gogh | r | 8437,3693 8447,3714
Rue Lacuée | r | 8503,3685 8500,3708
Rue Jules-César | r | 8490,3679 8492,3711
Rue Biscornet | r | 8513,3690 8505,3706
Rue de la Cerisaie | r | 8522,3683 8526,3662 8531,3643
Rue Castex | r | 8523,3660 8537,3669
Rue du Petit-Musc | r | 8516,3612 8525,3637 8540,3650
Rue Charles-V | r | 8534,3617 8528,3641
Rue des Lions-Saint-Paul | r | 8527,3609 8520,3625
Rue Beautreillis | r | 8523,3622 8532,3630 8542,3646
Rue Saint-Paul | r | 8523,3600 8547,3632
Rue Crillon | r | 8490,3649 8502,3658
Rue de Schomberg | r | 8490,3637 8497,3642
Rue Agrippa-d'Aubigné | r | 8500,3629 8506,3634
Rue Mornay | r | 8503,3642 8490,3664
Rue de l'Ave-Maria | r | 8527,3605 8531,3592 marie_r
Rue Charlemagne | r | 8535,3614 8546,3595
Rue des Nonnains-d'Hyères | r | marie_r 8546,3593 8553,3601
Rue de Fourcy | r | 8546,3593 8554,3604
Rue Geoffroy-l'Asnier | r | 8540,3567 8554,3578
Rue François-Miron | r | 8551,3599 8555,3578 8558,3558 8560,3543
Rue du Pont-Louis-Philippe | r | philippe_r 8563,3571
Rue Vieille-du-Temple | r | 8562,3571 8566,3573 8588,3600
Rue de l'Hôtel-de-Ville | r | 8537,3586 8549,3561 8556,3540
Rue des Barres | d | 8547,3553 8558,3558
Rue de Brosse | r | 8550,3545 8557,3540
Rue de Lobau | s | 8553,3533 8570,3541
Place de l'Hôtel-de-Ville | d | arcole_r 8568,3511 8575,3515
Avenue Victoria | r | 8568,3511 8577,3480 8580,3464 8587,3440
Rue Saint-Martin | r | notredame_r 8579,3498 8606,3516
Rue Saint-Bon | r | 8577,3509 8583,3513
Place du Châtelet | p | change_r 8577,3474
Boulevard de Sébastopol | p | 8577,3474 8584,3477 8608,3494
Rue Saint-Denis | d | 8579,3472 8588,3474 8610,3487
Rue Adolphe-Adam | r | 8570,3484 8578,3487
Rue Nicolas-Flamel | r | 8580,3490 8590,3496
Rue du Renard | s | 8575,3512 8588,3519 8610,3530
Rue de la Coutellerie | r | 8572,3507 8577,3507
Rue du Temple | r | 8575,3519 8592,3543 8612,3566
Rue des Archives | r | 8571,3530 8590,3551 8610,3580
Rue de la Verrerie | r | 8569,3568 8575,3541 8583,3513 8587,3497
Rue du Roi-de-Sicile | r | 8560,3612 8569,3568
Rue Sainte-Croix-de-la-Bretonnerie | r | 8576,3582 8586,3538
Rue des Rosiers | r | 8568,3613 8577,3583
Rue des Francs-Bourgeois | r | 8556,3652 8572,3622 8588,3582 8596,3550
Rue Pavée | r | 8557,3606 8573,3622
Rue Malher | r | 8554,3611 8571,3624
Rue de Sévigné | r | 8549,3621 8576,3633
Rue de Turenne | s | 8548,3632 8565,3637 8590,3645
Rue de Birague | r | 8541,3648 8550,3655
Place des Vosges | r | 8550,3655 8549,3659 8560,3664 8565,3654 8553,3646 8550,3655
Rue des Tournelles | r | 8534,3683 8553,3673 8575,3668
Rue du Pas-de-la-Mule | r | 8561,3662 8567,3680
Rue Bertin-Poirée | r | 8577,3446 8592,3450
Rue des Bourdonnais | r | 8580,3437 8594,3443 8606,3448
Rue Saint-Germain-l'Auxerrois | r | 8578,3463 8583,3441
Rue Jean-Lantier | r | 8580,3468 8587,3449
Rue des Lavandières-Sainte-Opportune | r | 8580,3462 8592,3466
Rue des Halles | r | 8587,3470 8608,3447
Rue Boucher | r | 8588,3437 8595,3442
Rue du Pont-Neuf | s | neuf_r 8600,3433 8614,3441
Rue de la Monnaie | r | 8585,3425 8601,3427
Rue de l'Arbre-Sec | r | 8587,3412 8613,3420
Rue des Prêtres-Saint-Germain-l'Auxerrois | r | 8593,3417 8594,3405
Rue de l'Amiral-de-Coligny | s | 8588,3396 8608,3409
Rue du Louvre | s | 8608,3409 8634,3421
Rue Saint-Honoré | r | 8611,3440 8613,3420 8619,3395 8630,3365 8638,3344 8651,3310 8662,3282 8670,3260 8680,3233
Rue Berger | r | 8604,3487 8610,3462 8616,3435
Rue Marengo | r | 8614,3389 8621,3391
Rue Croix-des-Petits-Champs | r | 8620,3394 8650,3404
Rue Jean-Jacques-Rousseau | r | 8617,3406 8634,3418
Place du Palais-Royal | d | 8622,3367 8630,3365
Rue de Richelieu | r | 8630,3365 8636,3360 8665,3377
Rue de l'Échelle | r | 8633,3332 8640,3343
Avenue de l'Opéra | p | 8634,3358 8652,3345 8672,3333
Cour Napoléon | d | 8608,3334 8613,3356 8606,3376 8604,3385
Cour Carrée | d | arts_r 8596,3382 8604,3386 8612,3391
Passage de la Cour Carrée | d | 8604,3386 8600,3401
Place du Carrousel | s | carrousel_r 8608,3334 8616,3338 8629,3345
Avenue du Général-Lemonnier | s | royal_r 8619,3313 8637,3321
Rue des Pyramides | r | 8637,3321 8659,3339
Rue Saint-Roch | r | 8642,3303 8654,3316 8663,3333
Rue du 29-Juillet | r | 8642,3304 8652,3310
Rue d'Alger | r | 8644,3295 8654,3302
Rue de Castiglione | s | 8650,3276 8662,3283 8669,3289
Place Vendôme | r | 8669,3289 8680,3299
Rue de la Paix | s | 8680,3299 8698,3314
Rue Rouget-de-l'Isle | r | 8653,3267 8661,3271
Rue du Mont-Thabor | r | 8652,3303 8665,3265
Rue Cambon | r | 8656,3257 8688,3272
Rue Saint-Florentin | s | 8663,3230 8677,3241
Allée centrale des Tuileries | f | 8616,3338 8620,3317 8637,3266 8651,3228
Grand bassin des Tuileries | f | 8651,3228 8663,3230
Allée de Castiglione | f | senghor_r 8637,3266 8650,3276
Allée nord des Tuileries | f | 8628,3320 8650,3254 8660,3232
Terrasse du Bord de l'Eau | f | 8614,3306 8622,3284 8632,3256 8645,3224 8651,3228
Allée des Pyramides | f | 8613,3298 8624,3305 8640,3308
Allée de l'Orangerie | f | 8640,3225 8645,3224
Place de la Concorde | p | concorde_r 8655,3212 8667,3219
Place de la Concorde | p | concorde_r 8650,3222 8663,3230
Place de la Concorde | p | 8667,3219 8663,3230
Place de la Concorde | p | concorde_r 8660,3199 8667,3219
Place de la Concorde | p | 8660,3199 8655,3212 8651,3228
Rue Royale | s | 8667,3219 8680,3233 8696,3243
Rue Boissy-d'Anglas | r | 8670,3208 8684,3222 8698,3232
Avenue des Champs-Élysées | p | 8660,3199 8669,3170 8678,3140 8690,3102 8702,3065
Avenue Gabriel | r | 8670,3208 8683,3168 8699,3122
Cours des Champs | f | 8655,3193 8648,3172 8657,3165 8669,3170
Avenue Dutuit | r | 8649,3155 8673,3158
Avenue Winston-Churchill | s | alexandre_r 8660,3140 8678,3142
Avenue du Général-Eisenhower | r | 8676,3147 8670,3122 8664,3104
Avenue de Selves | r | 8670,3122 8685,3120
Avenue de Marigny | s | 8678,3142 8703,3160
Rue du Faubourg-Saint-Honoré | s | 8680,3233 8694,3190 8703,3160 8716,3131
Avenue Matignon | s | 8690,3102 8716,3131
Avenue Franklin-D.-Roosevelt | p | invalides_r 8665,3101 8690,3102
Avenue Montaigne | s | alma_r 8668,3054 8690,3102
Rue François-Ier | r | 8646,3091 8658,3073 8668,3054 8698,3013
Rue Bayard | r | 8646,3078 8658,3073 8670,3057
Rue Jean-Goujon | r | 8649,3018 8655,3056 8661,3101
Rue du Boccador | r | 8660,3036 8674,3010
Rue de la Trémoille | r | 8662,3009 8674,3030 8685,3042
Rue de Marignan | r | 8673,3064 8698,3076
Avenue George-V | s | alma_r 8672,3009 8715,3004
Avenue Marceau | s | alma_r 8660,2998 8700,2979 8722,2966
Rue Pierre-Charron | r | 8675,2995 8690,3018 8702,3050
Avenue du Président-Wilson | s | alma_r 8648,2970 8647,2937 8642,2910 8633,2874
Rue Debrousse | r | 8642,2992 8648,2990
Rue Gaston-de-Saint-Paul | r | 8638,2979 8648,2978
Rue de la Manutention | r | 8636,2972 8648,2958
Rue Fresnel | r | 8640,2967 8627,2935 8622,2927
Rue Foucault | r | 8624,2946 8630,2943
Avenue d'Iéna | s | 8647,2937 8670,2945 8700,2955
Avenue Pierre-Ier-de-Serbie | s | 8647,2937 8668,2975 8682,3007
Rue Boissière | r | 8647,2937 8672,2905 8693,2880
Rue de Longchamp | r | 8647,2930 8660,2895 8664,2870
Avenue Kléber | p | 8633,2874 8665,2893 8700,2918
Avenue Raymond-Poincaré | r | 8633,2874 8665,2862
Rue de Magdebourg | r | 8627,2915 8640,2903 8653,2888
Avenue Albert-de-Mun | r | 8614,2927 8627,2915 8643,2912
Avenue des Nations-Unies | s | 8627,2915 8617,2899 8608,2905 8597,2895 8593,2880
Avenue Gustave-V-de-Suède | r | iena_r 8608,2905
Jardins du Trocadéro, allée du bassin | f | 8608,2905 8620,2886 8633,2874
Jardins du Trocadéro, allée nord | f | 8608,2905 8618,2912 8627,2915
Jardins du Trocadéro, allée haute | f | 8631,2889 8620,2886 8612,2870
Jardins du Trocadéro, allée sud | f | 8597,2895 8606,2878 8612,2870
Jardins du Trocadéro, allée basse | f | 8606,2878 8613,2893 8620,2905 8627,2915
Rue Benjamin-Franklin | r | 8633,2874 8620,2862 8605,2853 8580,2849
Boulevard Delessert | s | 8597,2888 8588,2868 8580,2849
Rue Le-Nôtre | r | 8587,2897 8595,2884
Boulevard de l'Hôpital | p | austerlitz_l 8432,3642 8415,3631 8386,3609
Rue Buffon | r | 8435,3644 8412,3565
Rue Cuvier | r | 8467,3602 8453,3578 8441,3558
Jardin des Plantes, allée centrale | f | austerlitz_l 8436,3630 8422,3576 8425,3565
Jardin des Plantes, allée Cuvier | f | austerlitz_l 8447,3613 8432,3570
Jardin des Plantes, traverse | f | 8453,3578 8443,3590 8431,3606 8422,3597
Rue Geoffroy-Saint-Hilaire | s | 8441,3558 8425,3564 8395,3573
Rue Linné | s | 8461,3550 8441,3558
Rue Lacépède | r | 8441,3558 8436,3522
Rue Jussieu | s | 8461,3550 8468,3531
Rue des Fossés-Saint-Bernard | s | sully_l 8478,3547 8468,3531
Boulevard Saint-Germain | p | sully_l 8494,3538 8502,3485 8511,3447 8516,3420 8521,3393 8529,3366 8537,3342 8540,3332 8547,3305 8558,3260 8574,3242 8586,3231 8598,3218 8612,3204 concorde_l
Rue du Cardinal-Lemoine | s | tournelle_l 8494,3538 8481,3526 8468,3516 8450,3511
Rue de Poissy | r | 8500,3538 8487,3521
Rue de Pontoise | r | 8503,3532 8489,3513
Rue des Bernardins | r | 8508,3519 8497,3502 8488,3497
Rue de Bièvre | r | 8513,3507 8503,3494
Rue Maître-Albert | r | 8515,3503 8506,3491
Rue Lagrange | s | double_l 8514,3476 8503,3486
Rue Saint-Victor | r | 8481,3526 8491,3503
Rue Monge | s | 8503,3486 8488,3497 8468,3516 8430,3520
Rue des Écoles | s | 8468,3531 8481,3503 8493,3455 8498,3432
Rue des Carmes | r | 8503,3484 8484,3473
Rue Jean-de-Beauvais | r | 8506,3472 8490,3465
Rue de la Montagne-Sainte-Geneviève | r | 8500,3489 8484,3483 8470,3482
Rue Thénard | r | 8509,3456 8495,3453
Rue Saint-Jacques | s | petit_l 8511,3460 8493,3449 8467,3428
Rue Galande | r | 8523,3466 8512,3475 8505,3487
Rue Dante | r | 8520,3467 8510,3458
Rue de la Huchette | d | 8528,3467 8535,3446
Rue de la Harpe | d | 8530,3457 8513,3440
Rue Saint-Séverin | d | 8525,3465 8531,3442
Boulevard Saint-Michel | p | stmichel_l 8531,3441 8513,3437 8498,3432 8481,3416 8465,3402
Rue Soufflot | s | 8471,3407 8464,3450
Rue Racine | r | 8500,3432 8498,3392
Rue de l'École-de-Médecine | r | 8503,3432 8516,3398
Rue Danton | r | 8532,3433 8517,3410
Rue Hautefeuille | r | 8530,3428 8513,3421
Rue Saint-André-des-Arts | r | 8532,3438 8538,3395
Rue des Grands-Augustins | r | 8551,3411 8538,3404
Rue Séguier | r | 8546,3422 8535,3413
Rue Gît-le-Cœur | r | 8542,3430 8533,3424
Rue Christine | r | 8543,3416 8546,3398
Rue Dauphine | s | neuf_l 8546,3397 8538,3392
Rue de l'Ancienne-Comédie | r | 8538,3392 8521,3391
Rue Guénégaud | r | 8566,3393 8556,3381
Rue Mazarine | r | 8572,3374 8555,3381 8538,3390
Rue de Buci | r | 8538,3392 8533,3366
Rue de Seine | r | 8577,3366 8562,3372 8533,3366 8518,3372
Rue Bonaparte | r | 8579,3350 8556,3342 8540,3334 8512,3328
Rue des Beaux-Arts | r | 8566,3371 8564,3346
Rue Visconti | r | 8561,3372 8558,3343
Rue Jacob | r | 8551,3368 8557,3343 8563,3317
Rue de l'Abbaye | r | 8541,3354 8543,3336
Rue Saint-Benoît | r | 8558,3337 8541,3328
Rue des Saints-Pères | s | carrousel_l 8563,3317 8547,3305 8522,3283
Rue Monsieur-le-Prince | r | 8521,3393 8495,3402 8478,3408
Rue de l'Odéon | r | 8518,3389 8500,3389
Rue de Tournon | r | 8518,3372 8491,3371
Rue Saint-Sulpice | r | 8516,3386 8518,3372 8514,3345
Rue du Four | s | 8531,3360 8523,3320 8519,3300
Rue de Rennes | s | 8540,3332 8522,3322 8490,3294
Rue du Dragon | r | 8541,3313 8520,3300
Rue de Grenelle | r | 8519,3300 8534,3280 8550,3257 8563,3220 8570,3186 8577,3152 8578,3111 8573,3055 8567,3027
Rue de Lille | r | 8578,3320 8589,3286 8600,3252 8613,3210
Rue de Verneuil | r | 8573,3319 8582,3280
Rue de l'Université | r | 8563,3317 8577,3274 8591,3232 8600,3218 8607,3185 8612,3152 8612,3117 8611,3060 8611,3015 8605,2963
Rue de Beaune | r | 8592,3305 8574,3291
Rue Allent | r | 8583,3312 8578,3309
Rue du Bac | s | royal_l 8577,3274 8558,3260 8538,3248 8522,3242
Boulevard Raspail | s | 8558,3260 8534,3263 8515,3271
Rue de Varenne | r | 8537,3270 8548,3234 8560,3163 8565,3152
Rue de Poitiers | r | 8595,3268 8582,3256
Rue de la Légion-d'Honneur | r | 8609,3251 8601,3247
Rue de Bellechasse | r | 8610,3252 8585,3238 8548,3220
Rue de Solférino | s | senghor_l 8602,3238 8586,3231
Rue de Villersexel | r | 8586,3229 8590,3223
Rue Saint-Dominique | r | 8576,3246 8587,3222 8595,3185 8600,3152 8600,3115 8598,3060 8593,3010 8587,2991
Rue de Martignac | r | 8593,3188 8570,3181
Rue de Bourgogne | r | 8610,3186 8580,3178 8558,3171
Rue Aristide-Briand | r | concorde_l 8610,3186
Rue Robert-Esnault-Pelterie | r | 8625,3158 8612,3155
Rue de Constantine | s | 8625,3153 8577,3147
Rue Fabert | s | 8626,3121 8577,3112
Avenue du Maréchal-Gallieni | s | alexandre_l 8600,3132 8577,3129
Esplanade des Invalides, traverse sud | f | 8589,3149 8588,3114
Boulevard de la Tour-Maubourg | s | invalides_l 8600,3105 8578,3103 8556,3098
Boulevard des Invalides | s | 8577,3147 8560,3155 8545,3158
Place des Invalides | d | 8577,3147 8572,3130 8577,3112
Avenue de la Motte-Picquet | s | 8578,3103 8550,3062
Rue Surcouf | r | 8624,3090 8599,3090
Rue Jean-Nicot | r | 8624,3070 8599,3072
Rue Malar | r | 8624,3056 8598,3058
Rue Cler | r | 8598,3055 8560,3058
Rue Amélie | r | 8598,3077 8575,3077
Rue de la Comète | r | 8599,3097 8578,3097
Avenue Bosquet | s | alma_l 8598,3036 8572,3048 8550,3062
Avenue Rapp | s | alma_l 8612,3015 8593,3010 8583,3002
Rue Cognacq-Jay | r | 8622,3028 8623,3055
Rue de Monttessuy | r | 8605,3013 8596,2975
Rue Edmond-Valentin | r | 8605,3032 8600,3011
Rue de l'Exposition | r | 8594,3021 8572,3036
Avenue de la Bourdonnais | s | 8607,2955 8587,2991 8567,3027 8550,3062
Champ-de-Mars, allée nord | f | 8601,2950 8580,2985 8548,3040
Champ-de-Mars, allée sud | f | 8578,2920 8560,2950 8530,3008
Avenue Gustave-Eiffel | f | 8592,2966 8583,2952 8570,2933
Esplanade du Champ-de-Mars | f | iena_l 8585,2946 8563,2980 8542,3020
Avenue Joseph-Bouvard | r | 8580,3003 8563,2980 8549,2959
Avenue de Suffren | s | 8573,2912 8549,2959 8520,3005
Rue Saint-Louis-en-l'Île | r | stlouis_w 8518,3562 8507,3588 sully_i
Rue des Deux-Ponts | s | marie_i 8516,3565 tournelle_i
Rue Jean-du-Bellay | r | philippe_i 8527,3540 8521,3541
Rue Budé | r | 8523,3550 8514,3550
Rue Le-Regrattier | r | 8529,3553 8512,3555
Rue Poulletier | r | 8519,3579 8504,3574
Rue de Bretonvilliers | r | 8509,3584 8502,3581
Rue d'Arcole | r | arcole_i 8535,3491
Parvis Notre-Dame | d | double_i 8535,3491 8541,3477
Rue du Cloître-Notre-Dame | r | 8535,3491 stlouis_e
Rue Chanoinesse | r | 8544,3496 8536,3511
Rue de la Cité | s | notredame_i 8548,3479 8541,3477 petit_i
Rue de Lutèce | d | 8553,3456 8548,3479
Boulevard du Palais | p | change_i 8553,3456 stmichel_i
Place Dauphine | r | neuf_i 8564,3425 8561,3434
Rue de Harlay | r | 8567,3437 8555,3431
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
15-champ-de-mars | 20000 | Quai Branly and Eiffel tower lawns | Quai Branly et pelouses de la tour Eiffel | 8600,2949 8588,2969 8563,2964 8576,2937 8590,2935
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

# What is decided before the choice, by site. The finale needs a gate at the Pont d'Iéna; the
# cathedral was a building site in 2024; dogs are kept from the doors of the Hôtel-Dieu hospital.
DECIDED: dict[str, dict[str, object]] = {
    "bridge-pont-d-iena-rive-droite": {"status_checkpoint": "required"},
    "bridge-pont-au-double-ile": {"status": "excluded"},
    "bridge-petit-pont-ile": {"status_dog_team": "excluded"},
    "bridge-pont-d-arcole-ile": {"status_dog_team": "excluded"},
}
