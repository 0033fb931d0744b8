import { fileURLToPath } from 'node:url'
import { defineConfig, mergeConfig } from 'vite'
import console from '../vite.config.ts'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** The public figures: a page of their own, which has nothing of the operators' in it. */
export default mergeConfig(
  console,
  defineConfig({ root: here('.'), base: '/polis/', build: { outDir: here('../../dist/polis') } }),
)
