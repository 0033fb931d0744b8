import { useEffect, useRef, useState } from 'react'
import type { ScreenOf } from '../../../contract/journeys/index.ts'
import { answer, previewPage } from '../../bridge.ts'
import { Icon } from '../../components/icon.tsx'
import { Screen, Waiting } from '../../components/screen.tsx'
import { TouchButton } from '../../components/touch-button.tsx'
import { Waited } from '../../components/waited.tsx'
import { useText } from '../../i18n/use-text.ts'

/** Shows the sheet as it will be, to whoever wants to see it: a wrong date is seen before anything is issued. */
export function Preview({ screen: { pages } }: { screen: ScreenOf<'preview'> }) {
  const text = useText()
  const [page, setPage] = useState(1)
  return (
    <Screen
      title={text('preview.title')}
      figure={<Page key={page} page={page} label={text('preview.image', { page, pages })} />}
      main={{ label: text('preview.accept'), icon: 'check', onPress: () => answer({ type: 'back' }) }}
    >
      {pages > 1 && (
        <div className="pages">
          <TouchButton
            className="secondary"
            label={text('preview.previous')}
            disabled={page === 1}
            onPress={() => setPage(page - 1)}
          >
            <Icon name="back" />
          </TouchButton>
          <p aria-live="polite">{text('preview.page', { page, pages })}</p>
          <TouchButton
            className="secondary"
            label={text('preview.next')}
            disabled={page === pages}
            onPress={() => setPage(page + 1)}
          >
            <Icon name="next" />
          </TouchButton>
        </div>
      )}
      <p className="aside">{text('preview.wrong')}</p>
    </Screen>
  )
}

function Page({ page, label }: { page: number; label: string }) {
  const text = useText()
  const canvas = useRef<HTMLCanvasElement>(null)
  const [state, setState] = useState<'fetching' | 'drawn' | 'unavailable'>('fetching')

  useEffect(() => {
    let gone = false
    previewPage(page).then(
      (raster) => {
        if (gone) return
        if (raster && canvas.current) draw(canvas.current, raster)
        setState(raster ? 'drawn' : 'unavailable')
      },
      () => gone || setState('unavailable'),
    )
    return () => {
      gone = true
    }
  }, [page])

  if (state === 'unavailable') return <p className="lead">{text('preview.unavailable')}</p>
  return (
    <>
      <canvas ref={canvas} className={`page ${state}`} role="img" aria-label={label} />
      {state === 'fetching' && (
        <>
          <Waiting />
          <Waited usualS={3} />
        </>
      )}
    </>
  )
}

function draw(canvas: HTMLCanvasElement, raster: { width: number; height: number; grey: Uint8Array }): void {
  const pixels = greyToRgba(raster.grey)
  canvas.width = raster.width
  canvas.height = raster.height
  canvas.getContext('2d')?.putImageData(new ImageData(pixels, raster.width, raster.height), 0, 0)
}

/** 8-bit grey (255 = white) to the opaque RGBA of a canvas, a pixel at a time: on a totem's processor bytes are too slow. */
export function greyToRgba(grey: Uint8Array): Uint8ClampedArray<ArrayBuffer> {
  const rgba = new Uint32Array(grey.length)
  for (let pixel = 0; pixel < grey.length; pixel++) rgba[pixel] = 0xff000000 | ((grey[pixel] ?? 255) * 0x010101)
  return new Uint8ClampedArray(rgba.buffer)
}
