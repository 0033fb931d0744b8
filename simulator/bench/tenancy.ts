/**
 * What two comuni let two bodies ask, as the bench's gateway knows it from its first start (gateway/console.ts). The people
 * are in simulator/issuer/employees.ts.
 */
export const tenancy = {
  enti: [
    { kind: 'comune', id: '054050', name: 'Spello', patron: '05-30' },
    { kind: 'comune', id: '080085', name: 'Scilla', patron: '08-16' },
    { kind: 'fruitore', id: 'USL2', name: 'Azienda sanitaria Valle Umbra' },
    { kind: 'fruitore', id: 'BONIFICA', name: 'Consorzio di bonifica Topino' },
  ],
  uffici: [
    { ente: 'USL2', id: 'PROTESI', name: 'Assistenza protesica' },
    { ente: 'USL2', id: 'VACCINI', name: 'Servizio vaccinale' },
    { ente: 'BONIFICA', id: 'TRIBUTI', name: 'Ufficio contributi' },
  ],
  profili: [
    {
      ...{ comune: '054050', nome: 'Assistenza protesica', servizi: ['C007', 'C008', 'C020', 'C030'] },
      ...{ sezioni: ['2', '10'], chiavi: ['CF', 'ID'], provvisori: false },
      perche: { C020: 'Serve l’indirizzo di consegna, che l’assistito non ha dichiarato' },
      motivi: ['Consegna di ausili', 'Verifica dell’esenzione'],
      ...{ baseGiuridica: 'DPCM 12 gennaio 2017, art. 17; d.lgs. 82/2005, art. 50', territorio: 'comuni' },
      ...{ righeMax: 5_000, righeGiorno: 10_000, dal: '2026-01-01', al: '2029-12-31' },
      convenzioni: [
        {
          ...{ fruitore: 'USL2', dal: '2026-01-01', al: '2028-12-31', protocollo: 'Spello 1204/2026' },
          ...{ baseGiuridica: 'Accordo del 12 gennaio 2026, d.lgs. 82/2005, art. 50', territorio: 'comune' },
          ...{ comuni: [], silenzio: { giorni: 3, righeMax: 500 } },
          quote: { personaGiorno: 5_000, ufficioGiorno: 10_000, mese: 100_000 },
        },
      ],
    },
    {
      ...{ comune: '054050', nome: 'Esistenza in vita', servizi: ['C007', 'C030'], sezioni: [], perche: {} },
      ...{ chiavi: ['CF', 'ID'], provvisori: false, motivi: ['Pagamento di contributi', 'Rimborsi'] },
      ...{ baseGiuridica: 'R.D. 215/1933, art. 59; d.lgs. 82/2005, art. 50', territorio: 'italia' },
      ...{ righeMax: 100_000, righeGiorno: 200_000, dal: '2026-01-01', al: '2029-12-31' },
      convenzioni: [
        {
          ...{ fruitore: 'BONIFICA', dal: '2026-01-01', al: '2028-12-31', protocollo: 'Spello 1377/2026' },
          ...{ baseGiuridica: 'Accordo del 3 febbraio 2026, d.lgs. 82/2005, art. 50', territorio: 'italia' },
          ...{ comuni: [], silenzio: null },
          quote: { personaGiorno: null, ufficioGiorno: null, mese: 1_000_000 },
        },
      ],
    },
    {
      ...{ comune: '080085', nome: 'Residenza per i tributi', servizi: ['C008', 'C030'], sezioni: [], perche: {} },
      ...{ chiavi: ['CF'], provvisori: false, motivi: ['Ruolo annuale'] },
      ...{ baseGiuridica: 'R.D. 215/1933, art. 59; d.lgs. 82/2005, art. 50', territorio: 'comune' },
      ...{ righeMax: 20_000, righeGiorno: 20_000, dal: '2026-01-01', al: '2029-12-31' },
      convenzioni: [
        {
          ...{ fruitore: 'BONIFICA', dal: '2026-01-01', al: '2028-12-31', protocollo: 'Scilla 88/2026' },
          ...{ baseGiuridica: 'Accordo del 20 febbraio 2026, d.lgs. 82/2005, art. 50', territorio: 'comune' },
          ...{ comuni: [], silenzio: { giorni: 5, righeMax: 200 } },
          quote: { personaGiorno: null, ufficioGiorno: null, mese: null },
        },
      ],
    },
  ],
} as const
