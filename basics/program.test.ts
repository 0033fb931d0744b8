import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { closedProgram } from './program.ts'

test('a program has its stdio and nothing else, whatever its parent holds open', async () => {
  const listing = async (command: string, args: string[]) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'ignore', ...Array(20).fill('pipe')] })
    return (await text(child.stdout as NodeJS.ReadableStream & AsyncIterable<Buffer>)).trim().split('\n').map(Number)
  }
  expect(Math.max(...(await listing('ls', ['/proc/self/fd'])))).toBeGreaterThan(20)
  // The listing itself opens one.
  expect(await listing(...closedProgram('ls', ['/proc/self/fd']))).toEqual([0, 1, 2, 3])
})

test('arguments pass as they are; a program that is not there is 127', async () => {
  const odd = ['a b', '$HOME', "'", '"; exit 3', '', '*']
  const child = spawn(...closedProgram('printf', ['%s|', ...odd]), { stdio: ['ignore', 'pipe', 'ignore'] })
  expect(await text(child.stdout)).toBe(`${odd.join('|')}|`)
  const [code] = await once(spawn(...closedProgram('no-such-program', []), { stdio: 'ignore' }), 'exit')
  expect(code).toBe(127)
})

test('nothing that lies in its user’s home runs first', async () => {
  const home = mkdtempSync(join(tmpdir(), 'totem-home-'))
  writeFileSync(join(home, '.bashrc'), 'echo bashrc\n')
  // Without SHLVL, and with a socket for stdin, bash takes its caller for rshd.
  const env = { PATH: process.env.PATH, HOME: home }
  const said = async (command: string, args: string[]) => {
    const child = spawn(command, args, { env, stdio: ['pipe', 'pipe', 'ignore'] })
    child.stdin.end()
    return text(child.stdout)
  }
  try {
    expect(await said('/bin/bash', ['-c', 'exec echo program'])).toBe('bashrc\nprogram\n')
    expect(await said(...closedProgram('echo', ['program']))).toBe('program\n')
  } finally {
    rmSync(home, { recursive: true })
  }
})
