import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { destination, pino } from 'pino'
import { ulid } from 'ulid'
import { z } from 'zod'
import { jsonOf } from '../basics/json.ts'
import { role, scope } from '../contract/console/people.ts'
import { reason } from '../contract/console/prose.ts'
import { isCodiceFiscale } from '../contract/identity.ts'
import { accessReferences } from './access/references.ts'
import { argumentsOf, runProgram, USAGE } from './command.ts'
import { append } from './console/audit/chain.ts'
import { held, INSTALLATION } from './console/permissions/grants.ts'
import { withConsole } from './console/tables.ts'
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
         role: OPERATORE, CAMPO, PIATTAFORMA, AUDITOR, SPORTELLO; scope: { "kind": "flotta" }, { "kind": "regione", "region": "10" }
         (ISTAT) or { "kind": "ufficio", "office": "…" }. The codice fiscale is kept as a keyed hash alone.
GATEWAY_CONFIG names the gateway's file, DATABASE_URL its database. An embedded database is one program's alone: stop the
gateway first.`

const ENOUGH = 2
const DAY_MS = 86_400_000

const wanted = z
  .array(
    z.strictObject({
      codiceFiscale: z
        .string()
        .transform((told) => told.trim().toUpperCase())
        .refine(isCodiceFiscale, 'no codice fiscale'),
      role: role.refine(
        (name) => ['OPERATORE', 'CAMPO', 'PIATTAFORMA', 'AUDITOR', 'SPORTELLO'].includes(name),
        'cannot be given yet',
      ),
      scope,
      days: z.number().int().min(1).max(365),
      reason,
    }),
  )
  .min(1)
  .max(20)

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
        for (const { codiceFiscale, days, scope: over, ...grant } of list.data) {
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
    process.stderr.write(`${list.data.length} granted\n`)
  } finally {
    await store.close()
  }
}

await runProgram(run)
