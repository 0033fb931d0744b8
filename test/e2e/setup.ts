import { rmSync } from 'node:fs'
import type { TestProject } from 'vitest/node'
import { build, electronDist } from '../../scripts/build.ts'
import { type Stage, stage } from '../../scripts/stage.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    stage: Stage
  }
}

/** Builds and stages the totem once for all end-to-end tests. */
export default async function setup(project: TestProject) {
  // As in scripts/start.ts: the totem runs as another user than root.
  process.umask(0o022)
  await build({ development: true, electron: electronDist() })
  const staged = stage()
  project.provide('stage', staged)
  return () => rmSync(staged.folder, { recursive: true, force: true })
}
