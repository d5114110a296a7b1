// Reads the weights of a TensorFlow.js model: a manifest names them in the order in which one file holds their values.

const bytesOf = { float32: 4, int32: 4, uint8: 1 };

// Gives {name: {shape, values}}; those of eight bits also have {eight, scale, zero}: values[i] = (eight[i] − zero) · scale.
export function weights(manifest, bytes) {
  const all = {};
  let at = 0;
  for (const { name, shape, dtype, quantization } of manifest.flatMap((group) => group.weights)) {
    const count = shape.reduce((product, size) => product * size, 1);
    const stored = quantization?.dtype ?? dtype;
    if (!bytesOf[stored]) throw new Error(`${name} is stored as ${stored}`);
    const part = bytes.subarray(at, at + count * bytesOf[stored]);
    at += part.length;
    all[name] = { shape, ...(quantization ? eight(part, quantization) : { values: numbers(part, stored, count) }) };
  }
  if (at !== bytes.length) throw new Error(`the weights have ${bytes.length} bytes, and their manifest names ${at}`);
  return all;
}

function numbers(part, dtype, count) {
  return Array.from({ length: count }, (_, i) => (dtype === "int32" ? part.readInt32LE(4 * i) : part.readFloatLE(4 * i)));
}

function eight(part, { scale, min }) {
  const zero = Math.round(-min / scale);
  // Only where zero itself is one of the 256 values; others must be used as plain numbers.
  const exact = zero >= 0 && zero <= 255 && Math.abs(-min / scale - zero) < 1e-3;
  return { values: Array.from(part, (value) => value * scale + min), ...(exact && { eight: part, scale, zero }) };
}

// From rows, columns, inputs, outputs (TensorFlow's convolutions) to outputs, inputs, rows, columns. Those that work channel by channel
// have the channels where inputs are: they move to the front too, if `depthwise`.
export function outputsFirst(values, [rows, columns, inputs, outputs], depthwise = false) {
  if (depthwise && outputs !== 1) throw new Error(`${outputs} outputs a channel`);
  const moved = Buffer.isBuffer(values) ? Buffer.alloc(values.length) : new Array(values.length);
  const [first, second] = depthwise ? [inputs, 1] : [outputs, inputs];
  for (let i = 0, place = 0; place < rows * columns; place++)
    for (let input = 0; input < inputs; input++)
      for (let output = 0; output < outputs; output++, i++) {
        const [a, b] = depthwise ? [input, 0] : [output, input];
        moved[(a * second + b) * rows * columns + place] = values[i];
      }
  return { values: moved, shape: [first, second, rows, columns] };
}
