import type { TotemConfig } from '../contract/config.ts'
import { superviseDevices } from '../main/devices/index.ts'
import { readLog } from '../main/journal/log.ts'
import { loadTotemKeys } from '../main/keys/totem-keys.ts'
import { lookAtGatewayKeys } from '../main/lists/gateway-keys.ts'
import { keptAccess } from '../main/service/access.ts'
import { CHECKS, checkKeys, type Ground, worstOf } from '../main/service/checks.ts'
import { exportSigned } from '../main/service/export-log.ts'
import { findStick } from '../main/service/stick.ts'
import { CHECK_NAMES, type CheckKey, OUTCOME_SAYS, STICK_SAYS } from '../main/service/words.ts'
import { isTakenOut, markTechnician, technicianAtWork } from '../main/technician.ts'
import { CANT_CREATE, CONFIG, Failure, NO_INPUT, noSuch, options, usage } from './command.ts'
import { CONFIG_FILE, configIn, openedOrFail, ownerOrFail } from './data.ts'
import { deviceStarter } from './device-process.ts'

/** A part does not work, or could not be tried. */
const NOT_WELL = 30
/** Readers answer pcscd within a second of its start. */
const SETTLED_MS = 3_000

const HELP = `totem service status       in service or out, and which technicians the gateway has told of
totem service out          takes the totem out of service until it is brought back; a visit under way ends as it would
totem service back         brings it back
totem service check WHAT   tries one part as the menu on the screen does: ${checkKeys.slice(0, 5).join(', ')},
                           ${checkKeys.slice(5).join(', ')}
totem service export       the sync log onto the USB stick that is in, signed by this totem

  --config FILE   the totem's configuration (${CONFIG_FILE})
  --to DIR        export: this folder instead of a stick
  --json          the answer as one line of JSON

Run it as the totem's user. \`check reader\` and \`check printer\` want the totem stopped: it has both. What is found is told in
Italian. Exit codes: 0 done, or all well; ${NOT_WELL} something is not well; ${NO_INPUT} no such file, or no stick; ${CANT_CREATE} cannot be
written; ${CONFIG} configuration or keys refused; 64 wrong command`

const OPTIONS = {
  config: { type: 'string', default: CONFIG_FILE },
  to: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const
type Given = ReturnType<typeof optionsOf>
const optionsOf = (args: string[]) => options(HELP, args, OPTIONS)

/** `totem service …`: what the technician's menu does, without a screen. */
export async function service([what = '', ...args]: string[]): Promise<number> {
  if (what === 'status') return status(optionsOf(args))
  if (what === 'out' || what === 'back') return mark(what, optionsOf(args))
  if (what === 'export') return toStick(optionsOf(args))
  if (what !== 'check') return usage(HELP, noSuch('service', what))
  const [named = '', ...rest] = args
  const key = checkKeys.find((each) => each === named)
  return key ? check(key, optionsOf(rest)) : usage(HELP, `check what? one of ${checkKeys.join(', ')}`)
}

const tell = (given: Given, answer: object, lines: readonly string[]) =>
  console.log(given.json ? JSON.stringify(answer) : lines.join('\n'))

async function status(given: Given): Promise<number> {
  const config = configIn(given.config)
  const keys = await lookAtGatewayKeys(config)
  const by = { totem: config.totem, keys: keys.ok ? keys.value.anchor : [] }
  const told = await keptAccess(config.dataDir, by)
  const state = isTakenOut(config.dataDir) ? 'out' : technicianAtWork(config.dataDir) ? 'at-work' : 'in-service'
  const says = { out: 'fuori servizio', 'at-work': 'un tecnico è al lavoro', 'in-service': 'in servizio' }[state]
  tell(given, { state, access: told }, [
    `${config.totem}: ${says}`,
    told === null
      ? 'Il gateway non ha ancora detto quali tecnici possono entrare.'
      : `Tecnici, secondo il gateway il ${told.issued}:`,
    ...(told?.grants ?? []).map(
      ({ number, card, from, until, revoked }) =>
        `  ${number}  ${card.slice(0, 16)}…  ${from} – ${until}${revoked === null ? '' : `  REVOCATA ${revoked}`}`,
    ),
  ])
  return 0
}

/** The running totem sees the mark within seconds, and tells its log. */
async function mark(how: 'out' | 'back', given: Given): Promise<number> {
  const config = configIn(given.config)
  await ownerOrFail(config)
  try {
    markTechnician(config.dataDir, how)
  } catch (reason) {
    const { code } = reason as NodeJS.ErrnoException
    throw new Failure(CANT_CREATE, { kind: 'not-written' }, `non si può scrivere in ${config.dataDir} (${code})`)
  }
  const says = how === 'out' ? 'fuori servizio, finché non lo si rimette in servizio' : 'in servizio'
  tell(given, { state: how === 'out' ? 'out' : 'in-service' }, [`${config.totem}: ${says}`])
  return 0
}

async function check(key: CheckKey, given: Given): Promise<number> {
  const config = configIn(given.config)
  const ground = await groundOf(config, key)
  try {
    const rows = await CHECKS[key](ground)
    const outcome = worstOf(rows)
    const lines = rows.map(
      ({ name, outcome, detail }) => `${OUTCOME_SAYS[outcome].padEnd(12)} ${name.padEnd(34)} ${detail}`,
    )
    const answer = { kind: outcome, check: key, rows }
    const said = [CHECK_NAMES[key], ...lines]
    if (outcome === 'failed' || outcome === 'not-tried') throw new Failure(NOT_WELL, answer, said.join('\n'))
    tell(given, answer, said)
    return 0
  } finally {
    ground.close()
  }
}

/** Only reader and printer need a device process, and that one takes them from the totem's. */
async function groundOf(config: TotemConfig, key: CheckKey): Promise<Ground & { close(): void }> {
  const devices = superviseDevices({
    spawn: key === 'reader' || key === 'printer' ? await deviceStarter(config) : neverStarted,
  })
  let cie: Ground['cie'] = null
  let settled = () => {}
  const settles = new Promise<void>((resolve) => {
    settled = resolve
    setTimeout(resolve, SETTLED_MS).unref()
  })
  const ground = {
    ...{ config, devices, running: null, now: () => new Date(), close: () => devices.stop() },
    get cie() {
      return cie
    },
  }
  if (key !== 'reader' && key !== 'printer') return ground
  devices.listen({
    onEvent(event) {
      if (event.event === 'ready') cie = event.cie
      const told =
        key === 'printer' ? event.event === 'printer' : event.event === 'card' && event.card.state === 'present'
      if (told) settled()
    },
    onStarted: () => undefined,
    onDied: () => settled(),
  })
  devices.start()
  await settles
  return ground
}
const neverStarted = (): never => {
  throw new Error('this check has no devices')
}

async function toStick(given: Given): Promise<number> {
  const config = configIn(given.config)
  const folder = given.to ?? (await findStick())
  if (folder === 'none' || folder === 'read-only')
    throw new Failure(NO_INPUT, { kind: `stick-${folder}` }, STICK_SAYS[folder])
  const keys = await loadTotemKeys(config)
  const log = openedOrFail(readLog(`${config.dataDir}/journal.db`))
  const key = keys.ok ? keys.value.verification : null
  const exported = await exportSigned(log, folder, { totem: config.totem, key, now: new Date() })
  log.close()
  if (!exported.ok) throw new Failure(CANT_CREATE, exported.error, `${folder}: ${exported.error.reason}`)
  const { file, entries, signed } = exported.value
  tell(given, exported.value, [`${entries} voci in ${file}${signed ? ', firmate da questo totem' : ', NON firmate'}`])
  return 0
}
