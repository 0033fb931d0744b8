export { screens } from './screens.ts'
export { states } from './states.ts'
export { fresh, insteadFor } from './visit.ts'
