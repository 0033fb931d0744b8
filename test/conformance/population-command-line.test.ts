import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { lines } from '../../simulator/population/generate.ts'

const run = promisify(execFile)
const TOTEM = new URL('../../commands/totem.mjs', import.meta.url).pathname
const population = (...args: string[]) => run(process.execPath, [TOTEM, 'simulator', 'population', ...args])

test('writes a JSON line for each person, the same as the simulated registry holds', async () => {
  const { stdout, stderr } = await population('--people', '40', '--seed', '9')
  expect(stderr).toBe('')
  expect(stdout).toBe([...lines(9, 40)].join(''))
})

test.each([
  [['--people', '0'], '--people is a whole number from 1'],
  [['--people', '1e3'], '--people is a whole number from 1'],
  [['--seed', '-1'], '--seed'],
  [['--families', '3'], '--families'],
])('%j is named', async (args, complaint) => {
  await expect(population(...args)).rejects.toMatchObject({ code: 64, stderr: expect.stringContaining(complaint) })
})

test('a reader that has enough ends it without a complaint', async () => {
  const piped = `"$0" "$1" simulator population --people 5000 | head -n 2 | wc -l; echo "\${PIPESTATUS[0]}"`
  const { stdout, stderr } = await run('bash', ['-c', piped, process.execPath, TOTEM])
  expect({ stdout, stderr }).toEqual({ stdout: '2\n0\n', stderr: '' })
})
