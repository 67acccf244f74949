// Medians, percentiles, and how figures are written.

export const sorted = (values) => [...values].sort((a, b) => a - b);
export const median = (values) => sorted(values)[Math.floor((values.length - 1) / 2)];
export const percentile = (values, share) => sorted(values)[Math.min(values.length - 1, Math.ceil(values.length * share) - 1)];
export const sum = (values) => values.reduce((sum, value) => sum + value, 0);
export const ms = (value) => `${Math.round(value)} ms`;
export const bytes = (value) => value.toLocaleString("en-US");
export const mb = (value) => `${(value / 1e6).toFixed(1)} MB`;
