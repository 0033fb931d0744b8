import type { FastifyInstance } from 'fastify'
import { richiestaCertificazione, richiestaE002 } from '../../contract/anpr.ts'
import type { Issuer } from './issue.ts'
import {
  type AnprError,
  BY_CODICE_FISCALE,
  datiAnagraficiOf,
  errore6001,
  familySheetOf,
  findByCodiceFiscale,
  rispostaKO,
  soggetto,
} from './registry.ts'

/** ANPR's e-services (contract/anpr.ts) on the synthetic population, as they stand behind the gate. */
export function eServices(server: FastifyInstance, issuer: Issuer): void {
  server.post('/C030-servizioAccertamentoIdUnicoNazionale/v1/anpr-service-e002', async ({ body }, reply) => {
    const request = richiestaE002.safeParse(body)
    if (!request.success) return refuse(reply, MALFORMED)
    const person = findByCodiceFiscale(request.data.criteriRicerca.codiceFiscale)
    if (!person.ok) return refuse(reply, person.error, 404)
    const identified = { identificativi: { idANPR: person.value.idAnpr } }
    return {
      idOperazioneANPR: '1',
      listaSoggetti: { datiSoggetto: [identified] },
      listaAnomalie: [BY_CODICE_FISCALE],
    }
  })

  server.post('/C021-servizioAccertamentoStatoFamiglia/v1/anpr-service-e002', async ({ body }, reply) => {
    const request = richiestaE002.safeParse(body)
    if (!request.success) return refuse(reply, MALFORMED)
    const sheet = familySheetOf(request.data.criteriRicerca.idANPR)
    if (!sheet.ok) return refuse(reply, sheet.error, 404)
    const { family } = sheet.value
    const members = sheet.value.members.map((member, index) => soggetto(member, family, index + 1))
    return { idOperazioneANPR: '1', listaSoggetti: { datiSoggetto: members } }
  })

  server.post('/C029-servizioAccertamentoDatiAnagrafici/v1/anpr-service-e002', async ({ body }, reply) => {
    const request = richiestaE002.safeParse(body)
    if (!request.success) return refuse(reply, MALFORMED)
    const { idANPR } = request.data.criteriRicerca
    const sheet = familySheetOf(idANPR)
    if (!sheet.ok) return refuse(reply, sheet.error, 404)
    const { family, members } = sheet.value
    const told = members.filter(({ idAnpr }) => idAnpr === idANPR).map((person) => datiAnagraficiOf(person, family))
    return { idOperazioneANPR: '2', listaSoggetti: { datiSoggetto: told } }
  })

  for (const name of ['C007-servizioVerificaDichEsistenzaVita', 'C019-servizioAccertamentoEsistenzaVita'])
    server.post(`/${name}/v1/anpr-service-e002`, async ({ body }, reply) => {
      const request = richiestaE002.safeParse(body)
      if (!request.success) return refuse(reply, MALFORMED)
      const { idANPR } = request.data.criteriRicerca
      const sheet = familySheetOf(idANPR)
      if (!sheet.ok) return refuse(reply, sheet.error, 404)
      const infoSoggettoEnte = [{ id: '1003', chiave: 'Verifica esistenza in vita', valore: 'S' }]
      return {
        idOperazioneANPR: '3',
        listaSoggetti: { datiSoggetto: [{ identificativi: { idANPR }, infoSoggettoEnte }] },
      }
    })

  server.post(CERTIFICATION, async ({ body }, reply) => {
    const request = richiestaCertificazione.safeParse(body)
    if (!request.success) return refuseCertificate(reply, MALFORMED)
    const answer = await issuer.answer(request.data)
    return answer.ok ? answer.value : refuseCertificate(reply, answer.error)
  })
}

const MALFORMED: AnprError = { kind: 'anpr-error', code: '999', text: 'Operazione non effettuabile' }

const CERTIFICATION = '/ANPR-Certificazione/v2/certificati'

interface Reply {
  code(status: number): { send(body: unknown): unknown }
}
const refuse = (reply: Reply, error: AnprError, status = 400) => reply.code(status).send(rispostaKO(error))
const refuseCertificate = (reply: Reply, error: AnprError) => reply.code(400).send(errore6001(error))
