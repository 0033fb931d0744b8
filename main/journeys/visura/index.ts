export { screens } from './screens.ts'
export { states } from './states.ts'
