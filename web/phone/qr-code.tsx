import { encode } from 'uqr';
import classes from './qr-code.module.css';

/** Light modules around a code (ISO/IEC 18004 6.3.8). */
const QUIET = 4;

/** A QR code, dark on light in every colour scheme: many apps read no other. */
export function QrCode({ text, label }: { text: string; label: string }) {
  const { data, size } = encode(text, { border: QUIET });
  const path = data.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : []))).join('');
  return (
    <svg className={classes.code} viewBox={`0 0 ${size} ${size}`} role="img" aria-label={label} shapeRendering="crispEdges">
      <path d={path} />
    </svg>
  );
}
