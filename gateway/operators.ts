import { chown, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { contentOf, exists, writeWhole } from '../basics/files.ts'
import { operatorName } from '../contract/caller.ts'
import { argumentsOf, runProgram, USAGE } from './command.ts'
import { readConfig } from './settings/config.ts'
import { digestOf, newToken, operatorsIn, ROLES, textOfLine } from './settings/operators.ts'
import { CONFIG, NO_INPUT, notMade, Unusable } from './settings/unusable.ts'

const HELP = `node gateway/operators.ts add NAME ROLE    makes a token for an operator and prints it, once
node gateway/operators.ts remove NAME      takes the operator's line away
node gateway/operators.ts list             who may do what

  ROLE           ${ROLES.join(', ')}: each may also do what stands before it
  --file FILE    the file that operator.tokens names; without it GATEWAY_CONFIG says which file that is

A running gateway takes a change up at the next request. For a new token, remove the operator and add them again.`

/** Works on the file of operators: SHA-256 of each token, and never a token. */
async function run(): Promise<void> {
  const { positionals, values } = argumentsOf(HELP, { file: { type: 'string' } })
  const [what, name = '', role = '', ...more] = positionals
  const words = { add: 3, remove: 2, list: 1 }[what ?? '']
  if (positionals.length !== words || more.length > 0) throw new Unusable(USAGE, HELP)
  const file = values.file ?? (await fileOfConfig())
  const isThere = await exists(file)
  if (!isThere && what !== 'add') throw new Unusable(NO_INPUT, `there is no ${file}: add an operator first`)
  const text = isThere ? await contentOf(file) : ''
  if (text === null) throw new Unusable(NO_INPUT, `${file} cannot be read: run this as the gateway's user`)
  const lines = operatorsIn(text)
  if (!lines.ok) throw new Unusable(CONFIG, `${file}, line ${lines.error.line}: ${lines.error.reason}`)

  if (what === 'list') {
    for (const each of lines.value) process.stdout.write(`${each.name} ${each.role}\n`)
    return
  }
  const isKnown = lines.value.some((each) => each.name === name)
  if (what === 'remove') {
    if (!isKnown) throw new Unusable(CONFIG, `${name} has no line in ${file}`)
    const rest = text.split('\n').filter((line) => line.trim().split(/\s+/)[0] !== name)
    await put(file, rest.join('\n'))
    return
  }
  const known = ROLES.find((each) => each === role)
  if (!known || !operatorName.safeParse(name).success) throw new Unusable(USAGE, HELP)
  if (isKnown) throw new Unusable(CONFIG, `${name} has a line in ${file} already: remove it first`)
  const token = newToken()
  const line = textOfLine({ name, role: known, sha256: digestOf(token).toString('hex') })
  await put(file, `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}${line}\n`)
  process.stderr.write(`${name} (${known}): hand this token over; it is written nowhere else\n`)
  process.stdout.write(`${token}\n`)
}

async function fileOfConfig(): Promise<string> {
  const config = process.env.GATEWAY_CONFIG
  if (!config) throw new Unusable(USAGE, HELP)
  return (await readConfig(config)).operator.tokens
}

/** The file stays its owner's: root may write it for the gateway's user. */
async function put(file: string, text: string): Promise<void> {
  try {
    const { uid, gid } = await stat((await exists(file)) ? file : dirname(file))
    await writeWhole(file, text)
    if (process.getuid?.() === 0) await chown(file, uid, gid)
  } catch (reason) {
    throw notMade('operator.tokens', file, reason)
  }
}

await runProgram(run)
