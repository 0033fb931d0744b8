import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { endChild } from './children.ts'
import { asBenchUser } from './user.ts'

export interface Display {
  /** e.g. `:7`, for DISPLAY. */
  name: string
  stop(): Promise<void>
}

/** A virtual screen of the panel's size. Xvfb itself picks a free number, so that two runs never collide. */
export async function startDisplay({ width, height }: { width: number; height: number }): Promise<Display> {
  const [command, args] = asBenchUser('Xvfb', [
    ...['-displayfd', '1', '-screen', '0', `${width}x${height}x24`, '-nolisten', 'tcp', '-noreset'],
  ])
  const xvfb = spawn(command, args, { stdio: ['ignore', 'pipe', 'ignore'] })
  const [number] = (await Promise.race([
    once(createInterface(xvfb.stdout), 'line'),
    once(xvfb, 'exit').then(() => {
      throw new Error('Xvfb did not start')
    }),
  ])) as [string]
  return { name: `:${number}`, stop: () => endChild(xvfb) }
}
