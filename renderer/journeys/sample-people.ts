/** Invented people, whom the samples of several journeys show. */
export const holder = { name: 'MARIA TERESA', surname: 'BIANCHI' }
export const son = { name: 'ANDREA', surname: 'ROSSI' }
