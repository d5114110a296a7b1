// The detector of faces: MediaPipe's BlazeFace for pictures of 256 × 256, a graph of TensorFlow operators. Input [1, 3, 256, 256], output
// [896, 17]: for each anchor how likely a face is (before the sigmoid), then a box and six points (vision/src/faces/detector.rs).
import { Graph, samePads } from "./faces-onnx.mjs";
import { outputsFirst, weights } from "./faces-weights.mjs";

const SIDE = 256;

export function detector(json, bin) {
  const model = JSON.parse(json);
  const all = weights(model.weightsManifest, bin);
  const graph = new Graph("face-detector", [1, 3, SIDE, SIDE]);
  // What each node of the original became: its name here, and its side and channels there.
  const made = { input: { name: "input", side: SIDE, channels: 3 } };
  for (const node of model.modelTopology.node) if (node.op !== "Const" && node.op !== "Placeholder") made[node.name] = convert(graph, node, made, all);
  const scored = (size) => {
    const part = (kind) => made[`StatefulPartitionedCall/functional_1/tf_op_layer_${kind}_${size}/${kind}_${size}`].name;
    return graph.call("Concat", [part("classificators"), part("regressors")], { axis: 2 });
  };
  // The fine grid first, then the coarse one.
  const joined = graph.call("Concat", [scored(1), scored(2)], { axis: 1 });
  return graph.bytes(graph.reshape(joined, [896, 17]), [896, 17]);
}

function convert(graph, { op, name, input, attr }, made, all) {
  const from = made[input[0]];
  const stride = Number(attr.strides?.list.i[1] ?? 1);
  const same = attr.padding && Buffer.from(attr.padding.s, "base64").toString() === "SAME";
  const depthwise = op === "DepthwiseConv2dNative";
  switch (op) {
    case "_FusedConv2D":
    case "DepthwiseConv2dNative": {
      const { shape, values } = all[input[1]];
      const moved = outputsFirst(values, shape, depthwise);
      const [channels, , kernel] = moved.shape;
      const bias = depthwise ? null : graph.floats([channels], all[input[2]].values);
      const pads = same ? samePads(from.side, kernel, stride) : [0, 0, 0, 0];
      const result = graph.conv(from.name, graph.floats(moved.shape, moved.values), bias, { kernel, stride, pads, group: depthwise ? channels : 1 });
      const fused = (attr.fused_ops?.list.s ?? []).map((word) => Buffer.from(word, "base64").toString()).join();
      if (!["", "BiasAdd", "BiasAdd,Relu"].includes(fused)) throw new Error(`${name} is fused with ${fused}`);
      const side = Math.floor((from.side + pads[0] + pads[2] - kernel) / stride) + 1;
      return { name: fused.endsWith("Relu") ? graph.relu(result) : result, side, channels };
    }
    case "MaxPool":
      if (from.side % stride) throw new Error(`${name} has a side of ${from.side}`);
      return { ...from, name: graph.pool("MaxPool", from.name, stride, stride), side: from.side / stride };
    case "Pad": {
      // Only channels are added, after the last.
      const pads = all[input[1]].values;
      if (pads.some((size, i) => size && i !== 7)) throw new Error(`${name} pads by ${pads}`);
      return { ...from, name: graph.padEnd(from.name, [0, pads[7], 0, 0]), channels: from.channels + pads[7] };
    }
    case "AddV2":
      return { ...from, name: graph.add(from.name, made[input[1]].name) };
    case "Relu":
      return { ...from, name: graph.relu(from.name) };
    case "Reshape":
      // The numbers of a place lie next to each other before they are told apart.
      return { name: graph.reshape(graph.call("Transpose", [from.name], { perm: [0, 2, 3, 1] }), all[input[1]].values) };
    case "Identity":
      return from;
    default:
      throw new Error(`${name} is a ${op}`);
  }
}
