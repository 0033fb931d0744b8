import { chart, chooseService, pulled, tell } from '../../visit/chart.ts'

export const states = {
  menu: chart.createStateConfig({
    id: 'menu',
    // This screen shows the notices, so the holder now knows what became of earlier requests.
    entry: tell(({ holder }, services) => {
      if (holder.entered) services.noticed(holder.entered)
    }),
    on: { chooseService, 'card.removed': pulled },
  }),
}
