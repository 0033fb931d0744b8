import { constants, setPriority } from 'node:os'
import { createDiskSearcher } from './disk-image.ts'
import type { Look } from './totem-disk.ts'

// The program behind totem-disk.ts searches while the totem goes on, and takes no processor time that the totem wants.
setPriority(constants.priority.PRIORITY_LOW)
const searcher = createDiskSearcher()
process.on('message', ({ id, places }: Look) => {
  process.send?.({
    id,
    leaks: places.flatMap(({ folders, ownedBy }) => searcher.search(folders, ownedBy === undefined ? {} : { ownedBy })),
  })
})
process.on('disconnect', () => process.exit())
