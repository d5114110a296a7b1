// Runs the original models of faces with the TensorFlow.js that their package carries, on one picture that a formula draws, and prints
// some of their outputs as JSON: vision/src/faces/fixtures.json, which tests hold against the converted models. Not part of the build:
//   node scripts/models/faces-fixtures.mjs > vision/src/faces/fixtures.json
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";

const packages = "node_modules/@vladmandic";
const MEAN = [122.782, 117.001, 104.298];

// Waves of three colours. Byte by byte the same as `pattern` in vision/src/faces/tests.rs.
export const pattern = (x, y) => [(x * x + 3 * y) >> 3, (5 * x + y * y) >> 4, (x * y) >> 5].map((value) => value & 255);
export const picture = (side) => Float32Array.from({ length: side * side * 3 }, (_, i) => pattern(Math.floor(i / 3) % side, Math.floor(i / 3 / side))[i % 3]);

// The package's build for browsers, which brings its own TensorFlow.js and a backend in plain JavaScript; it looks for node's utilities
// where modules have none.
export async function original() {
  const folder = mkdtempSync(`${tmpdir()}/face-api-`);
  const code = readFileSync(`${packages}/face-api/dist/face-api.esm.js`, "utf8").replace(/this\.util=\w+\(\)/, 'this.util=globalThis.process.getBuiltinModule("util")');
  writeFileSync(`${folder}/face-api.mjs`, code);
  const faceapi = await import(`${folder}/face-api.mjs`);
  rmSync(folder, { recursive: true });
  const { tf } = faceapi;
  await tf.setBackend("cpu");
  const read = (path) => readFileSync(`${packages}/${path}`);
  const buffer = (bytes) => bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);

  const graph = JSON.parse(read("human/models/blazeface.json"));
  const artifacts = { ...graph, weightSpecs: graph.weightsManifest.flatMap((group) => group.weights), weightData: buffer(read("human/models/blazeface.bin")) };
  const blazeface = await tf.loadGraphModel({ load: async () => artifacts });
  const network = async (type, name) => {
    const net = new type();
    const specs = JSON.parse(read(`face-api/model/${name}-weights_manifest.json`)).flatMap((group) => group.weights);
    await net.loadFromWeightMap(tf.io.decodeWeights(buffer(read(`face-api/model/${name}.bin`)), specs));
    return net;
  };
  const points = await network(faceapi.FaceLandmark68Net, "face_landmark_68_model");
  const numbers = await network(faceapi.FaceRecognitionNet, "face_recognition_model");

  return {
    // `rgb` has 256 × 256 × 3 values of 0 to 255; gives 896 × 17.
    detector(rgb) {
      const outputs = blazeface.execute(tf.tensor(rgb, [1, 256, 256, 3]).div(127.5).sub(1)).sort((a, b) => a.size - b.size);
      const joined = tf.concat([tf.concat([outputs[1], outputs[3]], 2), tf.concat([outputs[0], outputs[2]], 2)], 1);
      return joined.dataSync();
    },
    // 112 × 112 × 3; gives 136 parts of the side.
    landmarks: (rgb) => points.forwardInput(new faceapi.NetInput([tf.tensor(rgb, [112, 112, 3])])).dataSync(),
    // 150 × 150 × 3; gives 128. The package divides by 255, dlib, which trained it, by 256: so do we.
    embedding(rgb) {
      const shifted = rgb.map((value, i) => MEAN[i % 3] + ((value - MEAN[i % 3]) * 255) / 256);
      return numbers.forwardInput(new faceapi.NetInput([tf.tensor(shifted, [150, 150, 3])])).dataSync();
    },
  };
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const models = await original();
  const rounded = (values) => Array.from(values, (value) => Number(value.toFixed(5)));
  const anchors = models.detector(picture(256));
  const some = Object.fromEntries([0, 17, 300, 511, 512, 700, 895].map((i) => [i, rounded(anchors.slice(17 * i, 17 * i + 17))]));
  console.log(JSON.stringify({ detector: some, landmarks: rounded(models.landmarks(picture(112))), embedding: rounded(models.embedding(picture(150))) }));
}
