import type { ReactElement, ReactNode } from 'react'
import { Icon, type IconName } from './icon.tsx'

/** `line`: a sentence below the title, or data that are looked up, each on a line of its own. */
export type Point = {
  icon: IconName
  title: string | ReactElement
  line: string | ReactElement | readonly string[]
  tone?: 'success' | 'warning' | 'danger'
}

/** Facts that a person should know, one a row. Nothing here is touched. */
export function Points({ points }: { points: readonly Point[] }) {
  return (
    <ul className="points">
      {points.map(({ icon, title, line, tone }) => (
        <li key={typeof title === 'string' ? title : icon} className={`point ${tone ?? ''}`}>
          <span className="point-icon">
            <Icon name={icon} />
          </span>
          <span className="point-words">
            <strong>{title}</strong>
            {typeof line === 'string' || !('map' in line) ? (
              <span>{line}</span>
            ) : (
              line.map((one) => (
                <span key={one} className="point-data">
                  {one}
                </span>
              ))
            )}
          </span>
        </li>
      ))}
    </ul>
  )
}

/** A sentence that must not be missed: its words and its colour say the same. */
export function Notice({
  icon = 'info',
  tone,
  children,
}: {
  icon?: IconName
  tone: 'info' | 'warning' | 'danger'
  children: ReactNode
}) {
  return (
    <p className={`notice ${tone}`} role={tone === 'danger' ? 'alert' : undefined}>
      <Icon name={icon} />
      <span>{children}</span>
    </p>
  )
}
