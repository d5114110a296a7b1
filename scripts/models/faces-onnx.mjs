// Writes a neural network as an ONNX file. Only what our networks of faces need: their layers are called one by one, each gives the name of
// its output, and `bytes` gives the file (protocol buffers by onnx.proto3 of ONNX 1.17, opset 13).

const FLOAT = 1;
const UINT8 = 2;
const INT64 = 7;

// Protocol buffers: a field is its number and wire type, then a varint, or a length and bytes.
function varint(value) {
  const bytes = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return Buffer.from([...bytes, Number(rest)]);
}
const number = (field, value) => Buffer.concat([varint(field * 8), varint(value)]);
const block = (field, ...parts) => {
  const bytes = Buffer.concat(parts);
  return Buffer.concat([varint(field * 8 + 2), varint(bytes.length), bytes]);
};
const text = (field, value) => block(field, Buffer.from(value));

const asBytes = (array) => Buffer.from(array.buffer, array.byteOffset, array.byteLength);

function attribute([name, value]) {
  if (Array.isArray(value)) return block(5, text(1, name), ...value.map((one) => number(8, one)), number(20, 7));
  return block(5, text(1, name), number(3, value), number(20, 2));
}

function described(field, name, shape) {
  const dimension = (size) => block(1, typeof size === "number" ? number(1, size) : text(2, size));
  return block(field, text(1, name), block(2, block(1, number(1, FLOAT), block(2, ...shape.map(dimension)))));
}

export class Graph {
  #nodes = [];
  #constants = [];
  #count = 0;

  // `shape` is that of the input, channels before rows and columns; a word instead of a number leaves that side open.
  constructor(name, shape) {
    this.name = name;
    this.shape = shape;
  }

  constant(type, shape, bytes) {
    const name = `w${this.#constants.length}`;
    this.#constants.push(block(5, ...shape.map((size) => number(1, size)), number(2, type), text(8, name), block(9, bytes)));
    return name;
  }

  floats(shape, values) {
    return this.constant(FLOAT, shape, asBytes(Float32Array.from(values)));
  }

  integers(values) {
    return this.constant(INT64, [values.length], asBytes(BigInt64Array.from(values, BigInt)));
  }

  // Weights of eight bits, (value − zero) · scale, with one scale for each index of the first dimension.
  eightBits(shape, values, scales, zero) {
    const scale = this.floats([scales.length], scales);
    const zeros = this.constant(UINT8, [scales.length], Buffer.alloc(scales.length, zero));
    return this.call("DequantizeLinear", [this.constant(UINT8, shape, Buffer.from(values)), scale, zeros], { axis: 0 });
  }

  call(operator, inputs, attributes = {}) {
    const output = `x${this.#count++}`;
    const names = [...inputs.map((input) => text(1, input)), text(2, output), text(4, operator)];
    this.#nodes.push(block(1, ...names, ...Object.entries(attributes).map(attribute)));
    return output;
  }

  // A convolution of square kernels; `pads` is above, left, below, right.
  conv(input, weights, bias, { kernel, stride = 1, group = 1, pads = [0, 0, 0, 0] }) {
    const attributes = { kernel_shape: [kernel, kernel], strides: [stride, stride], group, pads };
    return this.call("Conv", bias ? [input, weights, bias] : [input, weights], attributes);
  }

  relu = (input) => this.call("Relu", [input]);
  add = (a, b) => this.call("Add", [a, b]);
  pool = (operator, input, kernel, stride) => this.call(operator, [input], { kernel_shape: [kernel, kernel], strides: [stride, stride] });
  // Zeros after the last of each dimension.
  padEnd = (input, ends) => this.call("Pad", [input, this.integers([...ends.map(() => 0), ...ends])]);
  reshape = (input, shape) => this.call("Reshape", [input, this.integers(shape)]);

  bytes(output, shape) {
    const graph = [...this.#nodes, text(2, this.name), ...this.#constants, described(11, "input", this.shape), described(12, output, shape)];
    return Buffer.concat([number(1, 8), block(7, ...graph), block(8, number(2, 13))]);
  }
}

// TensorFlow's padding SAME for one side: what is missing, and the larger half of it after the end. Gives [before, after].
export function same(size, kernel, stride) {
  const missing = Math.max((Math.ceil(size / stride) - 1) * stride + kernel - size, 0);
  return [missing >> 1, missing - (missing >> 1)];
}

// The same for a square: above, left, below, right.
export function samePads(size, kernel, stride) {
  const [before, after] = same(size, kernel, stride);
  return [before, before, after, after];
}
