"""The streets of the drawing, by name: see `drawing.facts` for how positions are written."""

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
Rue Crillon | r | 8490,3649 8497,3653
Rue de Schomberg | r | 8490,3637 8497,3642
Rue Agrippa-d'Aubigné | r | 8500,3629 8506,3634
Rue de Sully | r | 8515,3638 8503,3642
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
Jardins des Champs-Élysées, allée basse | f | 8653,3158 8654,3193 8658,3202
Jardins des Champs-Élysées, allée | f | 8648,3172 8658,3171 8669,3170
Jardin du Petit-Palais | f | 8652,3139 8652,3156
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
Jardins du Trocadéro, allée de l'Aquarium | f | 8631,2889 8626,2899 8620,2905
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
Esplanade des Invalides, traverse nord | f | 8618,3152 8618,3120
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
Champ-de-Mars, traverse | f | 8562,2947 8574,2963 8586,2979
Champ-de-Mars, allée de la tour nord | f | 8598,2941 8588,2959 8580,2971
Champ-de-Mars, allée de la tour sud | f | 8588,2925 8576,2944 8566,2953
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
