import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { vi } from 'vitest'
import { verify } from '../../../commands/verify.ts'
import { keys, signer } from './codes.ts'
import { at } from './people.ts'

/** `totem verify` itself, judging on the day of the papers, since slips lapse later. */
export interface Judge {
  /** Arguments that name the key list and its signer. */
  trust: readonly string[]
  /** Exit code and answer in JSON. */
  of(picture: string): Promise<unknown>
  end(): Promise<void>
}

export async function judge(): Promise<Judge> {
  const folder = await mkdtemp(path.join(tmpdir(), 'papers-keys-'))
  const [list, jwk] = [path.join(folder, 'keys.jws'), path.join(folder, 'signer.json')]
  await writeFile(list, keys)
  await writeFile(jwk, JSON.stringify(signer))
  const trust = ['--keys', list, '--keys-signer', jwk]
  return {
    trust,
    async of(picture) {
      vi.useFakeTimers({ toFake: ['Date'], now: at })
      const said = vi.spyOn(console, 'log').mockReturnValue()
      try {
        const exit = await verify([picture, ...trust, '--json'])
        return { exit, ...JSON.parse(String(said.mock.lastCall?.[0])) }
      } finally {
        said.mockRestore()
        vi.useRealTimers()
      }
    },
    end: () => rm(folder, { recursive: true }),
  }
}
