import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'

/**
 * What a process has in hand, in MB, once it has collected: by itself V8 lets a heap grow by so much as the machine has, and says
 * nothing of a leak. It is asked over the inspector, which a signal opens.
 */
export async function memoryOf(pid: number | null, log: string) {
  process.kill(pid ?? 0, 'SIGUSR1')
  let address: string | undefined
  while (!address) {
    await delay(100)
    address = /ws:\/\/127\.0\.0\.1:\S+/.exec(readFileSync(log, 'utf8'))?.[0]
  }
  const socket = new WebSocket(address)
  await once(socket, 'open')
  let asked = 0
  const ask = async (method: string, params = {}) => {
    const id = ++asked
    socket.send(JSON.stringify({ id, method, params }))
    for (;;) {
      const [{ data }] = (await once(socket, 'message')) as [MessageEvent<string>]
      const told = JSON.parse(data)
      if (told.id === id) return told.result
    }
  }
  return async () => {
    // What the first one frees may hold something itself.
    for (let time = 0; time < 2; time++) await ask('HeapProfiler.collectGarbage')
    const expression = 'process.memoryUsage().heapUsed'
    const { result } = await ask('Runtime.evaluate', { expression })
    return { resident: residentMb(pid), heap: result.value / 1_048_576 }
  }
}

export function residentMb(pid: number | null): number {
  const [, kb = '0'] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(kb) / 1_024
}
