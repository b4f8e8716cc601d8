import type { Explain } from './explain';
import { duration } from './format';
import { extent, spans, type Span } from './timeline';

export function Timeline({ explain }: { explain: Explain }) {
  const all = spans(explain);
  const total = extent(explain, all);
  if (all.length === 0) return <p>The database was not asked.</p>;
  return (
    <>
      <Scale total={total} />
      <ol className="tw-timeline">
        {all.map((span, index) => (
          <Row key={index} span={span} total={total} />
        ))}
      </ol>
    </>
  );
}

function Row({ span, total }: { span: Span; total: number }) {
  return (
    <li className={`tw-span tw-${span.kind}`}>
      <span className="tw-name" title={span.name}>
        {span.name}
      </span>
      <span className="tw-detail">{span.detail}</span>
      <span className="tw-time">{span.micros !== undefined && duration(span.micros)}</span>
      <Bar span={span} total={total} />
    </li>
  );
}

// Without its start a span has a duration, but no place on the scale.
function Bar({ span: { startMicros, micros }, total }: { span: Span; total: number }) {
  if (startMicros === undefined || micros === undefined) return null;
  const style = { left: `${(100 * startMicros) / total}%`, width: `${(100 * micros) / total}%` };
  return (
    <span className="tw-track">
      <i style={style} />
    </span>
  );
}

function Scale({ total }: { total: number }) {
  return (
    <div className="tw-scale" aria-hidden>
      {[0, 0.5, 1].map((part) => (
        <span key={part}>{duration(total * part)}</span>
      ))}
    </div>
  );
}
