import { readFile } from 'node:fs/promises'
import { virtualCard } from '../../../simulator/card/card.ts'
import { insertCard } from '../../../simulator/card/insert.ts'
import { startPcscd } from '../../../simulator/card/pcscd.ts'
import { makePki } from '../../../simulator/pki/make.ts'
import { PKI } from '../pki.ts'
import { driveReader } from './driven-reader.ts'

export interface ReaderCycles {
  cycles: number
  seconds: number
  /** Cards whose arrival or departure was not reported. */
  lostEvents: number
  failedReads: number
  /** Memory of the device process (PSS) at the first and last sample that count, and its slope by least squares. */
  pssKiB: { first: number; last: number; slopePer1000Cycles: number }
}

/** Until then heaps and caches still grow to their working size. */
const WARM_UP_SHARE = 0.2
const SAMPLES = 100

/** Insert, read, remove, `cycles` times on the virtual reader, a CNS and a CIE in turn, each in its slot. */
export async function readerCycles(cycles: number): Promise<ReaderCycles> {
  await makePki(PKI)
  const pcscd = await startPcscd()
  const reader = driveReader(pcscd.socket)
  try {
    await reader.until('empty')
    const cards = [virtualCard('cns', 'anna-bianchi', PKI), virtualCard('cie', 'mario-rossi', PKI)] as const
    const samples: { cycle: number; pss: number }[] = []
    let failedReads = 0
    const started = performance.now()
    const before = reader.told.length
    for (let cycle = 0; cycle < cycles; cycle++) {
      const slot = cycle % 2 === 0 ? 0 : 1
      const card = await insertCard(cards[slot], pcscd.ports[slot])
      await reader.until('present')
      if (!(await reader.read()).ok) failedReads += 1
      await card.remove()
      // The driver waits for a CIE to come back; the next CNS ends that wait.
      await reader.until(slot === 0 ? 'empty' : 'lost')
      if (cycle % Math.ceil(cycles / SAMPLES) === 0) samples.push({ cycle, pss: await pssKiB(reader.pid) })
    }
    const seconds = (performance.now() - started) / 1000
    const told = reader.told.slice(before).map(({ state }) => state)
    const came = told.filter((state) => state === 'present').length
    const left = told.filter((state) => state === 'lost').length * 2
    const counted = samples.filter(({ cycle }) => cycle >= cycles * WARM_UP_SHARE)
    return {
      cycles,
      seconds,
      lostEvents: Math.abs(cycles - came) + Math.abs(cycles - left),
      failedReads,
      pssKiB: {
        first: counted.at(0)?.pss ?? 0,
        last: counted.at(-1)?.pss ?? 0,
        slopePer1000Cycles: slope(counted) * 1000,
      },
    }
  } finally {
    await reader.stop()
    await pcscd.stop()
  }
}

async function pssKiB(pid: number): Promise<number> {
  const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8')
  return Number(/^Pss:\s+(\d+) kB$/m.exec(rollup)?.[1])
}

function slope(samples: { cycle: number; pss: number }[]): number {
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  const cycle = mean(samples.map((sample) => sample.cycle))
  const pss = mean(samples.map((sample) => sample.pss))
  const covariance = samples.reduce((sum, sample) => sum + (sample.cycle - cycle) * (sample.pss - pss), 0)
  return covariance / samples.reduce((sum, sample) => sum + (sample.cycle - cycle) ** 2, 0)
}
