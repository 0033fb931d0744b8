export { screens } from './screens.ts'
export { states } from './states.ts'
export { fresh, way } from './visit.ts'
