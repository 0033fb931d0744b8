import { runCompiled } from '../basics/compiled.ts'

// Electron starts here.
runCompiled(__dirname, 'totem')
