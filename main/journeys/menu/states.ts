import { chart, chooseService, pulled, tell } from '../../visit/chart.ts'

export const states = {
  menu: chart.createStateConfig({
    id: 'menu',
    // The screen tells them: now the holder knows what became of earlier requests.
    entry: tell(({ holder }, services) => {
      if (holder.entered) services.noticed(holder.entered)
    }),
    on: { chooseService, 'card.removed': pulled },
  }),
}
