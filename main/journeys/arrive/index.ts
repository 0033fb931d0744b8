export { screens } from './screens.ts'
export { attract, states } from './states.ts'
