/** The names of a table's columns; `number` stands to the right, as its figures do, and `unseen` is only heard. */
export const Head = ({ of }: { of: readonly (string | { number: string } | { unseen: string })[] }) => (
  <thead>
    <tr>
      {of.map((each) =>
        typeof each === 'string' ? (
          <th key={each} scope="col">
            {each}
          </th>
        ) : 'number' in each ? (
          <th key={each.number} scope="col" className="number">
            {each.number}
          </th>
        ) : (
          <th key={each.unseen} scope="col">
            <span className="unseen">{each.unseen}</span>
          </th>
        ),
      )}
    </tr>
  </thead>
)
