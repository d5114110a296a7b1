// Faces: where they are, their 68 points and the 128 numbers to compare them by, made into ONNX from models of TensorFlow.js.
import { detector } from "./faces-detector.mjs";
import { embedding, landmarks } from "./faces-networks.mjs";

const paths = {
  detector: ["@vladmandic/human/models/blazeface.json", "@vladmandic/human/models/blazeface.bin"],
  landmarks: ["68_model-weights_manifest.json", "68_model.bin"].map((name) => `@vladmandic/face-api/model/face_landmark_${name}`),
  embedding: ["model-weights_manifest.json", "model.bin"].map((name) => `@vladmandic/face-api/model/face_recognition_${name}`),
};

export const inputs = {
  [paths.detector[0]]: "cd7bbfc078270572beb39f9e5ae67aadbd50b5e67cff37e6d4f6b3ea39312e5f",
  [paths.detector[1]]: "dc9a97fdc50bc43216554bdd69aa3e7b9361a519ee7bdd996a2f69a98a6f9b72",
  [paths.landmarks[0]]: "ca4886639f86e99b39fed0c155f81b63317225773bd9616716e887b0153389c9",
  [paths.landmarks[1]]: "4611ef65c87d836d03d684b30eec4d195d8b219fa1dd58fc58945831c6b9299b",
  [paths.embedding[0]]: "cbaffa501b0b9275a12b63357a6843e7e30c054e1c9151e1a5f879b26e32986b",
  [paths.embedding[1]]: "b413e420d6840b2775fba32008db6f3cddb07d485967fb42cfcf379c16a8c589",
};

export const make = (files) => ({
  "face-detector.onnx": detector(...paths.detector.map((path) => files[path])),
  "face-landmarks.onnx": landmarks(...paths.landmarks.map((path) => files[path])),
  "face-embedding.onnx": embedding(...paths.embedding.map((path) => files[path])),
});
