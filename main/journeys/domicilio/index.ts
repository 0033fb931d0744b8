export { screens } from './screens.ts'
export { states } from './states.ts'
export { fresh } from './visit.ts'
