"""London between Lambeth and Blackfriars, drawn from memory of the city: New Year's Eve 2023.

Positions are pairs ``lat,lon`` in ten-thousandths of a degree above 51° N and 0° (``5010,-1238`` is
51.5010 N, 0.1238 W), good to some tens of metres. Nothing here is taken from a map database.
"""

# Where streets, embankments and bridges meet: _n the north-western bank, _s the south-eastern one.
PLACES = """
lambeth_n 4947,-1252      lambeth_s 4943,-1217
westminster_n 5010,-1239  westminster_s 5006,-1197
hungerford_n 5068,-1221   hungerford_s 5055,-1179
waterloo_n 5102,-1188     waterloo_s 5070,-1152
blackfriars_n 5112,-1043  blackfriars_s 5083,-1046
parliament 5010,-1262     charing 5074,-1275     lancaster 5111,-1197
templebar 5135,-1120      ludgate 5141,-1045     imax 5049,-1136
countyhall 5004,-1178     lambethnorth 4988,-1125
"""

# name | class | north-western end | south-eastern end
BRIDGES = """
Lambeth Bridge | primary | lambeth_n lambeth_s
Westminster Bridge | primary | westminster_n westminster_s
Golden Jubilee Bridges | footway | hungerford_n hungerford_s
Waterloo Bridge | primary | waterloo_n waterloo_s
Blackfriars Bridge | primary | blackfriars_n blackfriars_s
"""

# The embankments from east to west; a number in brackets is the way to the water's edge in metres.
NORTH_BANK = """
Victoria Embankment | - | 5111,-1030[14] blackfriars_n 5113,-1070 5114,-1105 5112,-1140 5109,-1165 waterloo_n
Victoria Embankment | - | waterloo_n[16] 5088,-1206 5078,-1215 hungerford_n
Victoria Embankment | - | hungerford_n[16] 5053,-1230 5034,-1237 westminster_n
Palace of Westminster | - | westminster_n[60] 4998,-1250 4985,-1252
Millbank | - | 4985,-1252[50] 4965,-1254 lambeth_n 4935,-1256
"""
SOUTH_BANK = """
The Queen's Walk | - | 5085,-1025[10] blackfriars_s 5084,-1083 5081,-1112 5077,-1138 waterloo_s
The Queen's Walk | - | waterloo_s[10] 5063,-1166 hungerford_s
The Queen's Walk | - | hungerford_s[10] 5044,-1189 5031,-1193 5018,-1195 westminster_s
Albert Embankment Path | - | westminster_s[10] 4990,-1200 4970,-1207 4955,-1212 lambeth_s
Albert Embankment | - | lambeth_s[14] 4930,-1220
"""

# name | class | way
STREETS = """
Bridge Street | p | parliament westminster_n
Parliament Square, north | p | parliament 5009,-1275
Parliament Square, west | p | 5009,-1275 4999,-1276
Parliament Square, south | p | 4999,-1276 4998,-1262
St Margaret Street | p | parliament 4998,-1262
Abingdon Street | p | 4998,-1262 4985,-1252
Great George Street | p | 5009,-1275 5011,-1294
Birdcage Walk | s | 5011,-1294 5009,-1340
Broad Sanctuary | p | 4999,-1276 4996,-1296
Victoria Street | p | 4996,-1296 4984,-1335 4972,-1375
Tothill Street | s | 4996,-1296 5000,-1332
Storey's Gate | s | 5011,-1294 4998,-1297
Great Smith Street | s | 4996,-1296 4972,-1293
Great College Street | r | 4985,-1252 4981,-1290
Horseferry Road | s | lambeth_n 4955,-1320
Parliament Street | p | parliament 5023,-1262
Whitehall | p | 5023,-1262 5032,-1261 5051,-1264 5063,-1269 charing
Derby Gate | r | 5023,-1262 5022,-1243
Richmond Terrace | r | 5032,-1261 5036,-1239
Horse Guards Avenue | r | 5051,-1264 5049,-1233
Whitehall Place | r | 5063,-1269 5060,-1243
Whitehall Court | r | 5049,-1243 5060,-1243
Northumberland Avenue | p | charing 5069,-1253 5061,-1229
Northumberland Street | r | 5077,-1263 5068,-1250
Great Scotland Yard | r | 5066,-1269 5067,-1250
Craven Street | r | 5081,-1259 5071,-1246
Embankment Place | d | 5071,-1246 5072,-1230
Villiers Street | d | 5085,-1245 5072,-1230 hungerford_n
King Charles Street | d | 5023,-1262 5023,-1288
Horse Guards Road | s | 5011,-1294 5043,-1288 5063,-1291
The Mall | p | 5063,-1291 5043,-1345
Admiralty Arch | p | 5063,-1291 charing
Cockspur Street | p | charing 5078,-1300
Pall Mall | s | 5078,-1300 5064,-1345
Haymarket | s | 5078,-1300 5098,-1325
Regent Street | p | 5071,-1325 5085,-1336 5100,-1342
Coventry Street | s | 5100,-1342 5098,-1325 5105,-1305 5113,-1284
Trafalgar Square, west | p | 5078,-1300 5084,-1290
Trafalgar Square, north | d | 5084,-1290 5087,-1273
Trafalgar Square, east | p | 5087,-1273 charing
Duncannon Street | s | 5085,-1273 5083,-1255
Charing Cross Road | p | 5087,-1273 5100,-1280 5113,-1284
St Martin's Lane | s | 5087,-1270 5110,-1265 5122,-1268
Strand | p | charing 5083,-1255 5086,-1243 5100,-1219 lancaster
Strand | p | lancaster 5119,-1171 5127,-1148 templebar
Fleet Street | p | templebar 5140,-1080 ludgate
New Bridge Street | p | ludgate blackfriars_n
Aldwych | p | lancaster 5122,-1192 5132,-1178 5133,-1160 5127,-1148
Kingsway | p | 5132,-1178 5170,-1199
Bow Street | s | 5122,-1192 5133,-1222
Wellington Street | s | lancaster 5125,-1212
Southampton Street | r | 5101,-1218 5114,-1227
Bedford Street | r | 5092,-1232 5108,-1252
Adam Street | r | 5096,-1227 5089,-1216
John Adam Street | r | 5080,-1237 5092,-1222
Buckingham Street | r | 5087,-1241 5077,-1228
Savoy Place | s | 5077,-1228 5089,-1213 5098,-1199 5102,-1192
Carting Lane | r | 5101,-1217 5094,-1207
Savoy Street | r | 5107,-1207 5098,-1196
Lancaster Place | p | lancaster waterloo_n
Temple Place | s | 5109,-1165 5113,-1150 5112,-1135
Surrey Street | r | 5122,-1160 5113,-1150
Arundel Street | r | 5126,-1148 5113,-1139
Essex Street | r | 5131,-1134 5114,-1132
Middle Temple Lane | r | 5136,-1113 5114,-1107
Temple Avenue | r | 5128,-1079 5113,-1077
Tudor Street | r | 5127,-1090 5124,-1043
Bouverie Street | r | 5140,-1078 5126,-1080
Whitefriars Street | r | 5140,-1068 5126,-1066
Carmelite Street | r | 5126,-1066 5113,-1066
John Carpenter Street | r | 5125,-1055 5113,-1056
Chancery Lane | s | 5137,-1110 5165,-1115
Fetter Lane | s | 5139,-1092 5165,-1090
Farringdon Street | p | ludgate 5170,-1050
Ludgate Hill | p | ludgate 5139,-1005
Queen Victoria Street | p | blackfriars_n 5118,-1000
Long Acre | s | 5110,-1268 5133,-1230
Garrick Street | r | 5110,-1265 5114,-1250
York Road | p | countyhall 5028,-1166 imax
Westminster Bridge Road | p | westminster_s countyhall 4996,-1150 lambethnorth
Belvedere Road | s | 5008,-1184 5029,-1181 5046,-1173 5057,-1161 5067,-1143
Chicheley Street | r | 5029,-1181 5028,-1166
Jubilee Gardens path | f | 5031,-1193 5033,-1180
Concert Hall Approach | r | 5055,-1164 5047,-1143
Sutton Walk | f | 5055,-1179 5053,-1168 5045,-1146
Waterloo Road | p | waterloo_s imax 5030,-1105 4996,-1067
Upper Ground | s | 5067,-1143 5074,-1125 5078,-1095 5077,-1048
Stamford Street | p | imax 5060,-1105 5070,-1080 5075,-1048
Blackfriars Road | p | blackfriars_s 5077,-1048 5040,-1048 4998,-1050
Cornwall Road | r | 5073,-1125 5058,-1112 5034,-1106
Coin Street | r | 5077,-1100 5062,-1103
Broadwall | r | 5078,-1083 5068,-1082 5055,-1080
Hatfields | r | 5068,-1078 5038,-1073
Barge House Street | r | 5083,-1083 5078,-1078
The Cut | s | 5030,-1105 5037,-1048
Lower Marsh | r | 5026,-1110 4997,-1148
Baylis Road | s | 5020,-1095 lambethnorth
Kennington Road | p | lambethnorth 4955,-1110
Hercules Road | s | lambethnorth 4958,-1155
Lambeth Road | p | lambeth_s 4951,-1190 4958,-1155 4966,-1105
Lambeth Palace Road | p | countyhall 4990,-1183 4970,-1190 4953,-1207 lambeth_s
Royal Street | r | 4989,-1183 4985,-1160 4995,-1148
Carlisle Lane | r | 4985,-1160 4962,-1160
Leake Street | d | 5021,-1170 5008,-1148
"""

# The launch is from barges and the London Eye between these two bridges.
ROUTE = "5014,-1219 5036,-1215 5060,-1201 5083,-1178"

# id | tickets sold | tickets scanned (S: GLA, FOI MGLA130224-6510) | English name | French name |
# where (A): a strip between two places of a bank, or a bridge
AREAS = """
blue-1 | 21012 | 16097 | Blue 1, Victoria Embankment at Westminster | Bleu 1, Victoria Embankment à Westminster | north 5053,-1230 westminster_n
blue-2 | 9005 | 8071 | Blue 2, Victoria Embankment at Hungerford | Bleu 2, Victoria Embankment à Hungerford | north hungerford_n 5053,-1230
green | 7030 | 5035 | Green, South Bank at the National Theatre | Vert, South Bank au National Theatre | south 5084,-1083 waterloo_s
orange | 500 | 337 | Orange, accessible viewing on Westminster Bridge | Orange, places accessibles sur Westminster Bridge | bridge Westminster Bridge
pink | 13460 | 6371 | Pink, Waterloo Bridge | Rose, Waterloo Bridge | bridge Waterloo Bridge
red-4 | 18672 | 11824 | Red 4, Victoria Embankment at the Savoy | Rouge 4, Victoria Embankment au Savoy | north waterloo_n hungerford_n
red-5 | 28009 | 22061 | Red 5, Victoria Embankment at the Temple | Rouge 5, Victoria Embankment au Temple | north blackfriars_n waterloo_n
white | 9008 | 6235 | White, Albert Embankment Path | Blanc, Albert Embankment Path | south westminster_s lambeth_s
"""

# zone | id | name | kind | lat,lon: where people of a ticket colour could be let in (A)
GATES = """
blue-1 | bridge-street | Bridge Street at Parliament Street | avenue | 5010,-1258
blue-1 | derby-gate | Derby Gate | street mouth | 5023,-1258
blue-1 | richmond-terrace | Richmond Terrace | street mouth | 5033,-1256
blue-1 | abingdon-street | Abingdon Street | avenue | 4988,-1255
blue-2 | horse-guards-avenue | Horse Guards Avenue | street mouth | 5051,-1259
blue-2 | whitehall-place | Whitehall Place | street mouth | 5062,-1262
blue-2 | northumberland-avenue | Northumberland Avenue | avenue | 5071,-1262
green | cornwall-road | Cornwall Road | street mouth | 5062,-1115
green | coin-street | Coin Street | street mouth | 5068,-1102
green | broadwall | Broadwall | street mouth | 5070,-1082
green | upper-ground | Upper Ground at Blackfriars Road | street mouth | 5077,-1052
orange | westminster-bridge-road | Westminster Bridge Road, step-free | street mouth | 5005,-1186
orange | york-road | York Road, step-free | street mouth | 5012,-1174
pink | lancaster-place | Lancaster Place | avenue | 5109,-1195
pink | wellington-street | Wellington Street | street mouth | 5115,-1202
pink | waterloo-road | Waterloo Road at the roundabout | avenue | 5053,-1138
red-4 | villiers-street | Villiers Street | street mouth | 5081,-1241
red-4 | buckingham-street | Buckingham Street | street mouth | 5084,-1237
red-4 | adam-street | Adam Street | street mouth | 5094,-1224
red-4 | carting-lane | Carting Lane | street mouth | 5099,-1214
red-4 | savoy-street | Savoy Street | street mouth | 5105,-1204
red-5 | surrey-street | Surrey Street | street mouth | 5120,-1158
red-5 | arundel-street | Arundel Street | street mouth | 5122,-1145
red-5 | essex-street | Essex Street | street mouth | 5127,-1133
red-5 | middle-temple-lane | Middle Temple Lane | street mouth | 5132,-1112
red-5 | temple-avenue | Temple Avenue | street mouth | 5125,-1078
red-5 | carmelite-street | Carmelite Street | street mouth | 5122,-1066
red-5 | john-carpenter-street | John Carpenter Street | street mouth | 5122,-1055
red-5 | new-bridge-street | New Bridge Street | avenue | 5124,-1044
white | lambeth-palace-road | Lambeth Palace Road | avenue | 4985,-1185
white | royal-street | Royal Street | street mouth | 4987,-1168
white | lambeth-road | Lambeth Road | avenue | 4950,-1195
"""
