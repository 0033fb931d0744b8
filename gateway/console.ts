import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { destination, pino } from 'pino'
import { ulid } from 'ulid'
import { z } from 'zod'
import { jsonOf } from '../basics/json.ts'
import { role, scope } from '../contract/console/people.ts'
import { profileTerms } from '../contract/console/profiles.ts'
import { reason } from '../contract/console/prose.ts'
import { agreementTerms, ente, ufficioEnte } from '../contract/console/registry.ts'
import { isCodiceFiscale } from '../contract/identity.ts'
import { accessReferences } from './access/references.ts'
import { argumentsOf, runProgram, USAGE } from './command.ts'
import { append } from './console/audit/chain.ts'
import { addAgreement, addEnte, addProfile } from './console/enti/write.ts'
import { held, INSTALLATION, INSTALLATION_NAME } from './console/permissions/grants.ts'
import { faultOfAgreement, faultOfProfile } from './console/profiles/rules.ts'
import { type ConsoleTransaction, withConsole } from './console/tables.ts'
import { gatewayConfig, readConfig } from './settings/config.ts'
import { requireSafeDatabase, requireTlsChecked } from './settings/line.ts'
import { CONFIG, Unusable } from './settings/unusable.ts'
import { openStore } from './store/database.ts'

/** sysexits(3): the input is not what it should be; it may not be done. */
const [DATA, NO_PERMISSION] = [65, 77]
const HELP = `node gateway/console.ts first-grants < LIST

Makes the first grants of a fresh installation, where nobody is there yet who could propose and approve them. It works
until two people administer the platform (PIATTAFORMA, flotta): from then on grants are proposed by one of them and approved
by the other, at the console. Each grant stands in the audit as the installation's.
  LIST   JSON: [{ "codiceFiscale": "…", "role": "PIATTAFORMA", "scope": { "kind": "flotta" }, "days": 365,
                  "reason": "…" }]
         role: OPERATORE, CAMPO, PIATTAFORMA, AUDITOR, TOP, ADMIN, STANDARD, SPORTELLO; scope: { "kind": "flotta" },
         { "kind": "regione", "region": "10" } (ISTAT), { "kind": "ufficio", "office": "…" } (a post office),
         { "kind": "ente", "ente": "054050" } (a comune) or { "kind": "ufficio-ente", "ente": "…", "ufficio": "…",
         "comune": "054050" }. The codice fiscale is kept as a keyed hash alone.
         Who comes from another module brings what was agreed there: { "grants": [as above], "enti": [{ "kind": "comune",
         "id": "054050", "name": "Spello", "patron": "04-22" }, { "kind": "fruitore", "id": "USL2", "name": "…" }], "uffici":
         [{ "ente": "USL2", "id": "PROTESI", "name": "…" }], "profili": [{ …, "convenzioni": [{ … }] }]}
         (contract/console/registry.ts and profiles.ts say each field).
GATEWAY_CONFIG names the gateway's file, DATABASE_URL its database. An embedded database is one program's alone: stop the
gateway first.`

const ENOUGH = 2
const DAY_MS = 86_400_000

const grants = z
  .array(
    z.strictObject({
      codiceFiscale: z
        .string()
        .transform((told) => told.trim().toUpperCase())
        .refine(isCodiceFiscale, 'no codice fiscale'),
      role,
      scope,
      days: z.number().int().min(1).max(365),
      reason,
    }),
  )
  .min(1)
  .max(30)
const { comune: _, profilo: __, profiloVersione: ___, ...agreementOfProfile } = agreementTerms
const wanted = z.union([
  grants.transform((list) => ({ grants: list, enti: [], uffici: [], profili: [] })),
  z.strictObject({
    grants,
    enti: z.array(ente),
    uffici: z.array(ufficioEnte),
    profili: z.array(
      z.strictObject({ ...profileTerms, convenzioni: z.array(z.strictObject(agreementOfProfile)).default([]) }),
    ),
  }),
])

async function run(): Promise<void> {
  const { positionals, values } = argumentsOf(HELP, { help: { type: 'boolean', default: false } })
  if (values.help || positionals.join(' ') !== 'first-grants') throw new Unusable(USAGE, HELP)
  requireTlsChecked(process.env)
  const { GATEWAY_CONFIG: path, DATABASE_URL: databaseUrl = null } = process.env
  if (!path) throw new Unusable(CONFIG, 'GATEWAY_CONFIG is to name the file of the gateway')
  if (databaseUrl !== null) requireSafeDatabase(databaseUrl)
  const config = gatewayConfig.parse(await readConfig(path))
  const list = wanted.safeParse(jsonOf(await text(process.stdin)))
  if (!list.success) {
    const wrong = list.error.issues.map(({ path: at, message }) => [at.join('.'), message].filter(Boolean).join(': '))
    throw new Unusable(DATA, `the list: ${wrong.join('; ')} (--help says what stands in it)`)
  }
  const store = await openStore({ databaseUrl, dataDir: config.dataDir }, pino({ level: 'error' }, destination(2)))
  try {
    const reference = await accessReferences(store.db, config.accessLogKey ?? join(config.dataDir, 'access-log.key'))
    const at = new Date()
    await withConsole(store.db)
      .transaction()
      .execute(async (transaction) => {
        await bring(transaction, list.data, at)
        for (const { codiceFiscale, days, scope: over, ...grant } of list.data.grants) {
          // One after the other, beside other gateways too.
          await transaction.selectFrom('console_audit_head').select('n').forUpdate().execute()
          // Those that are suspended do not count: whoever reaches the machine helps a console that nobody administers any more.
          const administer = (await held(transaction, at)).filter(
            ({ role, scope }) => role === 'PIATTAFORMA' && scope.kind === 'flotta',
          )
          if (new Set(administer.map(({ holder }) => holder)).size >= ENOUGH) {
            const sentence =
              'two people administer the platform already: one of them proposes a grant, the other approves it'
            throw new Unusable(NO_PERMISSION, `${sentence}, at the console`)
          }
          const [id, holder] = [ulid(+at), reference(codiceFiscale)]
          const by = { proposed_by: INSTALLATION, proposed_at: at, approved_by: INSTALLATION, approved_at: at }
          await transaction
            .insertInto('console_grant')
            .values({
              ...{ id, holder, ...grant, ...by, scope: JSON.stringify(over) },
              ...{ from_at: at, until_at: new Date(+at + days * DAY_MS) },
            })
            .execute()
          const deed = { deed: 'grants.first', object: id, reason: grant.reason, detail: { holder, role: grant.role } }
          await append(transaction, { person: null, role: null, session: null }, deed, at)
        }
      })
    process.stderr.write(`${list.data.grants.length} granted\n`)
  } finally {
    await store.close()
  }
}

/** What enti have agreed elsewhere before, as the installation's word. */
async function bring(
  transaction: ConsoleTransaction,
  { enti, uffici, profili }: Pick<z.output<typeof wanted>, 'enti' | 'uffici' | 'profili'>,
  at: Date,
): Promise<void> {
  const said = { proposed_by: INSTALLATION, proposed_name: INSTALLATION_NAME, proposed_at: at }
  const decision = { ...said, approved_by: INSTALLATION, approved_name: INSTALLATION_NAME, approved_at: at }
  for (const each of enti) await addEnte(transaction, each)
  if (uffici.length > 0) await transaction.insertInto('ufficio_ente').values(uffici).execute()
  for (const { convenzioni, ...profile } of profili) {
    const [profilo, { comune }] = [ulid(+at), profile]
    refuse(faultOfProfile(profile), profile.nome)
    await addProfile(transaction, { id: profilo, versione: 1 }, profile, decision)
    for (const each of convenzioni) {
      const terms = { ...each, comune, profilo, profiloVersione: 1 }
      refuse(faultOfAgreement(terms, profile), each.protocollo)
      await addAgreement(transaction, ulid(+at), terms, decision)
    }
  }
  const detail = { enti: enti.length, profili: profili.length }
  if (enti.length + profili.length > 0)
    await append(transaction, { person: null, role: null, session: null }, { deed: 'enti.first', detail }, at)
}

function refuse(field: string | null, which: string): void {
  if (field !== null) throw new Unusable(DATA, `the list: ${which}: ${field} (--help says what stands in it)`)
}

await runProgram(run)
