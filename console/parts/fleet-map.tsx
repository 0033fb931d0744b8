import { useQuery } from '@tanstack/react-query'
import { type FleetTotem, type MapQuery, totemStates } from '../../contract/console/fleet.ts'
import { ask } from '../ask.ts'
import { REFRESH_MS } from '../queries.ts'
import { counted, STATES } from '../words.ts'
import { Italy, type Layer } from './italy.tsx'
import { Loading, Problem } from './notice.tsx'

/** What needs somebody is large, and lies on top of what does not. */
const LOOKS: Record<FleetTotem['state'], Pick<Layer, 'shape' | 'tone'>> = {
  'fuori-linea': { shape: 'square', tone: 'danger' },
  ridotto: { shape: 'triangle', tone: 'warning' },
  'in-ritardo': { shape: 'diamond', tone: 'warning' },
  'in-manutenzione': { shape: 'ring', tone: 'quiet' },
  ritirato: { shape: 'ring', tone: 'quiet' },
  'mai-visto': { shape: 'ring', tone: 'quiet' },
  chiuso: { shape: 'dot', tone: 'ground' },
  'in-servizio': { shape: 'dot', tone: 'plain' },
}

/** Where the totems stand that the table lists: what the map says, the table says too. */
export function FleetMap({ filter }: { filter: MapQuery }) {
  const map = useQuery({
    queryKey: ['fleet-map', filter],
    queryFn: () => ask('fleetMap', { query: filter }),
    refetchInterval: REFRESH_MS,
  })
  if (map.isPending) return <Loading />
  if (!map.data) return <Problem of={map.error} />
  const { points, nowhere, land } = map.data
  const missing = Object.values(nowhere).reduce((sum, each) => sum + each, 0)
  const ground: Layer = { id: 'land', name: '', shape: 'dot', tone: 'ground', points: land }
  const layers = totemStates
    .map(
      (state): Layer => ({
        ...{ id: state, name: STATES[state], ...LOOKS[state] },
        points: points.filter((each) => each.state === state).map(({ at }) => at),
      }),
    )
    .filter((layer) => layer.points.length > 0)
    .reverse()
  return (
    <div className="map-box">
      <Italy
        label={`Mappa di ${counted(points.length)} totem: la tabella elenca gli stessi`}
        layers={[ground, ...layers]}
      />
      {missing > 0 && <p className="quiet">Senza posizione nota: {counted(missing)}. Sono nella tabella.</p>}
    </div>
  )
}
