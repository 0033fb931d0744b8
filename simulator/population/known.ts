import { omocodiaOf, provisionalCode } from './codice-fiscale.ts'
import type { CodiceStatoCivile, Forma, Generalita, Residenza, Scheda } from './model.ts'
import { schedeOfTheSeven } from './people.ts'
import { comuneOf, comuneOn, stateOf } from './places.ts'
import {
  add,
  type Being,
  bornAbroad,
  bornIn,
  codeOf,
  contract,
  type Draft,
  die,
  draft,
  judge,
  marry,
  parents,
  relativeOf,
  unite,
  widow,
} from './scheda.ts'

/** An address in Spello unless said otherwise. */
function street(name: string, numero: string, since: string, { cap = '06038', belfiore = 'I888' } = {}): Residenza {
  return {
    tipoIndirizzo: '1',
    indirizzo: {
      cap,
      comune: comuneOf(belfiore).comune,
      toponimo: { codSpecie: '213', specie: 'VIA', denominazioneToponimo: name },
      numeroCivico: { numero },
    },
    dataDecorrenzaResidenza: since,
  }
}

/** Somebody born in an Italian comune; `who` is "COGNOME, NOME". */
function being(
  id: string,
  anpr: string,
  who: string,
  sesso: Generalita['sesso'],
  nato: string,
  belfiore: string,
  statoCivile: CodiceStatoCivile,
): Being {
  const [cognome = '', nome = ''] = who.split(', ')
  return { id, anpr, cognome, nome, sesso, nato, nascita: bornIn(comuneOn(belfiore, nato)), statoCivile }
}

const spello = comuneOf('I888')

function alone(one: Being, at: Residenza[], forme: Forma[], change: (scheda: Scheda) => void = () => {}): Draft {
  const home = draft(`famiglia-${one.id}`, '3', at)
  change(add(home, one, '1', ['single', ...forme]))
  return home
}

function rosaAndHerDeadHusband(): Draft {
  const home = draft('famiglia-rosa-marini', '3', [street('GARIBALDI', '8', '1969-10-01')])
  const rosa = add(home, being('rosa-marini', 'RM10302B', 'MARINI, ROSA', 'F', '1944-07-02', 'I888', '2'), '1', [
    'widow',
  ])
  const aldo = add(home, being('aldo-conti', 'AC10301A', 'CONTI, ALDO', 'M', '1941-03-12', 'D653', '2'), '2', [
    'deceased',
  ])
  marry(aldo, rosa, { day: '1969-09-06', place: spello })
  die(aldo, { day: '2022-02-11', place: comuneOf('D653') })
  widow(rosa, aldo)
  return home
}

function civilUnion(): Draft {
  const home = draft('famiglia-luca-verdi', '3', [street('CONSOLARE', '21', '2018-05-10')])
  const luca = add(home, being('luca-verdi', 'LV10401C', 'VERDI, LUCA', 'M', '1980-05-21', 'H501', '6'), '1', [
    'civil-union',
  ])
  const marco = add(home, being('marco-neri', 'MN10402D', 'NERI, MARCO', 'M', '1978-12-03', 'F205', '6'), '28', [
    'civil-union',
  ])
  unite(luca, marco, { day: '2018-04-14', place: spello })
  return home
}

function cohabitation(): Draft {
  const home = draft('famiglia-paola-serra', '3', [street('DEI FIORI', '3', '2019-01-15')])
  const paola = add(home, being('paola-serra', 'PS10501E', 'SERRA, PAOLA', 'F', '1986-02-17', 'B354', '1'), '1', [
    'cohabitation-contract',
  ])
  const dario = add(home, being('dario-leone', 'DL10502F', 'LEONE, DARIO', 'M', '1984-10-30', 'L219', '1'), '23', [
    'cohabitation-contract',
  ])
  contract(paola, dario, '2019-02-08', 'NOTAIO BIANCO, FOLIGNO')
  return home
}

function careHome(): Draft {
  const at = { ...street('DEGLI ULIVI', '40', '2023-09-01'), presso: 'RESIDENZA SAN FELICE' }
  const home = draft('convivenza-san-felice', '4', [at], {
    denominazioneConvivenza: 'RESIDENZA PROTETTA SAN FELICE',
    specieConvivenza: '2',
    dataOrigine: '1998-03-01',
  })
  const director = add(home, being('franca-galli', 'FG10601G', 'GALLI, FRANCA', 'F', '1970-01-25', 'D653', '4'), '1')
  add(home, being('pietro-moretti', 'PM10602H', 'MORETTI, PIETRO', 'M', '1938-11-08', 'F935', '1'), '2', [
    'convivenza-care',
  ])
  home.gruppo.famigliaConvivenza.responsabile = relativeOf(director)
  return home
}

function abroad(): Draft {
  const home = draft('famiglia-giulia-fontana', '5', [
    {
      tipoIndirizzo: '4',
      localitaEstera: {
        indirizzoEstero: {
          cap: '70173',
          localita: { descrizioneLocalita: 'STUTTGART', ...stateOf('DEU').localita },
          toponimo: { denominazione: 'KÖNIGSTRAßE', numeroCivico: '14' },
        },
        consolato: { codiceConsolato: '2300703', descrizioneConsolato: "CONSOLATO GENERALE D'ITALIA STOCCARDA" },
      },
      dataDecorrenzaResidenza: '2009-04-01',
    },
    street('CAVOUR', '5', '1972-06-30'),
  ])
  add(home, being('giulia-fontana', 'GF10701J', 'FONTANA, GIULIA', 'F', '1972-06-30', 'I888', '1'), '1', ['aire'])
  return home
}

function bolzano(): Draft {
  const at = street('DEI PORTICI', '12', '2001-11-05', { cap: '39100', belfiore: 'A952' })
  const home = draft('famiglia-jurgen-grossmann', '3', [at])
  const one = being('jurgen-grossmann', 'JG10801K', 'GROßMANN, JÜRGEN', 'M', '1969-09-09', 'A952', '1')
  const jurgen = add(home, one, '1', ['bilingual', 'special-letters', 'single'])
  jurgen.altraLingua = [{ idLingua: 'DE', descrizioneLocalita: 'BOZEN', denominazioneToponimo: 'LAUBENGASSE' }]
  return home
}

function fatimaAndHerDaughter(): Draft {
  const home = draft('famiglia-fatima-el-amrani', '3', [street('DELLA FORNACE', '17', '2016-08-20')])
  const morocco = stateOf('MAR')
  const foreign = { nascita: bornAbroad(morocco, 'KHOURIBGA'), cittadinanza: [morocco.cittadinanza] }
  const one = { ...being('fatima-el-amrani', 'FE10901M', 'EL AMRANI, FATIMA', 'F', '1990-04-04', 'I888', '2') }
  const fatima = add(home, { ...one, ...foreign }, '1', ['foreign-citizen', 'foreign-born', 'spouse-missing'])
  fatima.matrimonio = { ordineMatrimonio: '1' }
  fatima.permessoSoggiorno = {
    tipoSoggiorno: '2',
    numero: 'I12345678',
    dataRilascio: '2022-05-03',
    dataScadenza: '2032-05-02',
  }
  const child = being('yasmin-el-amrani', 'YE10902N', 'EL AMRANI, YASMIN', 'F', '2017-03-19', 'D653', '1')
  const yasmin = add(home, { ...child, cittadinanza: [morocco.cittadinanza] }, '3', ['minor', 'foreign-citizen'])
  parents(yasmin, null, fatima)
  return home
}

const LONG_NAME = 'MARIA ANTONIETTA CONCETTA IMMACOLATA FRANCESCA GIUSEPPA ANNA'

/** Hand-made families with stable ids: each person is there for something that can go wrong. */
export function known(): Draft[] {
  const married = being('bruno-fabbri', 'BF11001P', 'FABBRI, BRUNO', 'M', '1966-06-06', 'D653', '2')
  const same = being('carla-rossi', 'CR11201R', 'ROSSI, CARLA', 'F', '1975-01-01', 'H501', '1')
  const noSurname = being('susanto', 'SU11301S', 'X, SUSANTO', 'M', '1982-01-01', 'I888', '1')
  const { cognome: _, ...susanto } = { ...noSurname, nascita: bornAbroad(stateOf('IDN'), 'SURABAYA') }
  const stranger = being('amina-diallo', 'AD11401T', 'DIALLO, AMINA', 'F', '1999-01-01', 'I888', '1')
  return [
    ...schedeOfTheSeven(),
    rosaAndHerDeadHusband(),
    civilUnion(),
    cohabitation(),
    careHome(),
    abroad(),
    bolzano(),
    fatimaAndHerDaughter(),
    alone(married, [street('MAZZINI', '2', '2020-07-01')], ['separated'], (bruno) => {
      const where = { day: '1995-05-20', place: spello }
      bruno.matrimonio = {
        coniuge: {
          cognome: 'LOMBARDI',
          nome: 'SILVIA',
          sesso: 'F',
          dataNascita: '1968-03-03',
          luogoNascita: { comune: comuneOf('G478').comune },
          idSchedaSoggettoANPR: '100000000001',
        },
        datiMatrimonio: { dataEvento: where.day, luogoEvento: { comune: spello.comune } },
        ordineMatrimonio: '1',
      }
      judge(bruno, '5', '2020-06-15', 'SPOLETO')
    }),
    alone(
      being('piero-vento', 'PV11101Q', 'VENTO, PIERO', 'M', '1959-12-12', 'F839', '4'),
      [{ ...street('DELLA CASA COMUNALE', '0', '2021-02-01'), noteIndirizzo: 'SENZA FISSA DIMORA' }],
      ['senza-fissa-dimora', 'no-identity-card'],
      (piero) => {
        piero.attributiSoggetto.senzaFissaDimora = 'S'
        delete piero.cartaIdentita
      },
    ),
    alone(
      { ...same, codiceFiscale: omocodiaOf(codeOf(same), 1) },
      [street('GIULIA', '44', '2015-03-03')],
      ['omocodia', 'open-procedure'],
      (carla) => {
        carla.procedimentoAperto = true
      },
    ),
    alone(
      { ...susanto, cittadinanza: [stateOf('IDN').cittadinanza] },
      [street('DEL MULINO', '9', '2018-01-10')],
      ['no-surname', 'foreign-citizen', 'foreign-born'],
    ),
    alone(
      {
        ...stranger,
        nascita: bornAbroad(stateOf('SOM')),
        cittadinanza: [{ descrizioneStato: 'APOLIDE', codiceStato: '999' }],
        codiceFiscale: provisionalCode('9500000001'),
      },
      [street('DEL MULINO', '11', '2024-02-10')],
      ['provisional-code', 'stateless', 'birth-month-unknown', 'foreign-born'],
      ({ generalita }) => {
        generalita.senzaGiornoMese = '1'
      },
    ),
    alone(
      being('maria-antonietta', 'MA11501U', `ROSSI, ${LONG_NAME}`, 'F', '1953-08-15', 'I888', '1'),
      [street('ROMA', '1', '1953-08-15')],
      ['long-name'],
    ),
    alone(
      being('teresa-valli', 'TV11601V', 'VALLI, TERESA', 'F', '1949-10-03', 'D653', '1'),
      [street('ROMA', '6', '1980-04-02')],
      ['expired-identity-card'],
      ({ cartaIdentita }) => {
        if (cartaIdentita)
          Object.assign(cartaIdentita, {
            cartaceaElettronica: '1',
            numero: 'AV1234567',
            dataRilascio: '2014-10-03',
            dataScadenza: '2024-10-03',
          })
      },
    ),
  ]
}
