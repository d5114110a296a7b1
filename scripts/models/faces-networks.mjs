// The two networks of face-api whose layers its own code names (src/faceLandmarkNet, src/faceFeatureExtractor, src/faceRecognitionNet).
// Weights stay as small as they are: eight bits each.
import { Graph, samePads } from "./faces-onnx.mjs";
import { outputsFirst, weights } from "./faces-weights.mjs";

// Convolution weights as a constant of the graph. `factors`, one for each output, are multiplied in.
function kernels(graph, { eight, scale, zero, values, shape }, { depthwise = false, factors } = {}) {
  const moved = outputsFirst(eight ?? values, shape, depthwise);
  const scales = Array.from({ length: moved.shape[0] }, (_, i) => (eight ? scale : 1) * (factors?.[i] ?? 1));
  if (eight) return graph.eightBits(moved.shape, moved.values, scales, zero);
  const each = moved.values.length / scales.length;
  return graph.floats(moved.shape, moved.values.map((value, i) => value * scales[Math.floor(i / each)]));
}

// 68 points of a face: input [1, 3, 112, 112], output [1, 136], x and y in turn, as parts of the side.
export function landmarks(manifest, bin) {
  const all = weights(JSON.parse(manifest), bin);
  const graph = new Graph("face-landmarks", [1, 3, 112, 112]);
  const bias = (name) => graph.floats(all[name].shape, all[name].values);
  const separable = (input, name, side, stride) => {
    const depthwise = all[`${name}/depthwise_filter`];
    const options = { kernel: 3, stride, group: depthwise.shape[2], pads: samePads(side, 3, stride) };
    const spread = graph.conv(input, kernels(graph, depthwise, { depthwise: true }), null, options);
    return graph.conv(spread, kernels(graph, all[`${name}/pointwise_filter`]), bias(`${name}/bias`), { kernel: 1 });
  };
  let out = "input";
  for (let block = 0, side = 112; block < 4; block++, side /= 2) {
    const name = (i) => `dense${block}/conv${i}`;
    const plain = () => graph.conv(out, kernels(graph, all[`${name(0)}/filters`]), bias(`${name(0)}/bias`), { kernel: 3, stride: 2, pads: samePads(side, 3, 2) });
    // Each layer sees the sum of all before it in its block.
    let sum = graph.relu(block === 0 ? plain() : separable(out, name(0), side, 2));
    let seen = sum;
    for (let i = 1; i < 4; i++) {
      sum = graph.add(sum, separable(seen, name(i), side / 2, 1));
      seen = graph.relu(sum);
    }
    out = seen;
  }
  const flat = graph.call("Flatten", [graph.pool("AveragePool", out, 7, 2)], { axis: 1 });
  const { shape, values } = all["fc/weights"];
  const points = graph.call("Gemm", [flat, graph.floats(shape, values), bias("fc/bias")]);
  return graph.bytes(points, [1, 136]);
}

// dlib's 128 numbers of a face: input [n, 3, 150, 150], output [n, 128].
export function embedding(manifest, bin) {
  const all = weights(JSON.parse(manifest), bin);
  const graph = new Graph("face-embedding", ["n", 3, 150, 150]);
  const conv = (input, name, stride, pad) => {
    const filters = all[`${name}/conv/filters`];
    const [bias, factors, shifts] = [`conv/bias`, `scale/weights`, `scale/biases`].map((part) => all[`${name}/${part}`].values);
    const shift = graph.floats([bias.length], bias.map((value, i) => value * factors[i] + shifts[i]));
    return graph.conv(input, kernels(graph, filters, { factors }), shift, { kernel: filters.shape[0], stride, pads: [pad, pad, pad, pad] });
  };
  let [out, side, channels] = [graph.pool("MaxPool", graph.relu(conv("input", "conv32_down", 2, 0)), 3, 2), 35, 32];
  const layers = ["32_1", "32_2", "32_3", "64_down", "64_1", "64_2", "64_3", "128_down", "128_1", "128_2", "256_down", "256_1", "256_2", "256_down_out"];
  for (const layer of layers) {
    const wide = Number(layer.split("_")[0]);
    if (!layer.includes("down")) {
      const inner = graph.relu(conv(out, `conv${layer}/conv1`, 1, 1));
      out = graph.relu(graph.add(conv(inner, `conv${layer}/conv2`, 1, 1), out));
      continue;
    }
    const inner = graph.relu(conv(out, `conv${layer}/conv1`, 2, 0));
    const small = Math.floor((side - 3) / 2) + 1;
    const halved = Math.floor(side / 2);
    const outer = conv(inner, `conv${layer}/conv2`, 1, 1);
    const pooled = graph.pool("AveragePool", out, 2, 2);
    const [more, missing] = [wide - channels, halved - small];
    const left = missing ? graph.padEnd(outer, [0, 0, missing, missing]) : outer;
    out = graph.relu(graph.add(left, more ? graph.padEnd(pooled, [0, more, 0, 0]) : pooled));
    [side, channels] = [halved, wide];
  }
  const flat = graph.call("Flatten", [graph.call("GlobalAveragePool", [out])], { axis: 1 });
  return graph.bytes(graph.call("MatMul", [flat, graph.floats([256, 128], all.fc.values)]), ["n", 128]);
}
