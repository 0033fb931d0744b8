export { screens } from './screens.ts'
export { states } from './states.ts'
export { fresh, parted, wayFromPage } from './visit.ts'
