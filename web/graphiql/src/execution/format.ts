/** `840 µs`, `1.24 ms`, `1,240 ms`. */
export function duration(micros: number): string {
  if (micros < 1000) return `${Math.round(micros)} µs`;
  const millis = micros / 1000;
  return `${millis.toLocaleString('en', { maximumFractionDigits: millis < 10 ? 2 : millis < 100 ? 1 : 0 })} ms`;
}

/** `1 key`, `2 keys`. */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${number.toLocaleString('en')} ${number === 1 ? one : many}`;
}
