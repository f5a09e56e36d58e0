package io.github.fusedrnn.examples.models;

import io.github.fusedrnn.examples.cli.Texts;
import io.github.fusedrnn.formats.safetensors.SafetensorsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What a folder and its subfolders hold: cases of one precision, and everything else, which is listed and never an
 * error. Only a file that claims to be a case and cannot be read as one is.
 *
 * @param cases sorted by name
 * @param broken files that should be cases, with the reason why they are none
 * @param others files that are no cases, with the reason
 */
record ConformanceFolder(List<ConformanceCase> cases, List<String> broken, List<String> others) {
    private static final String SUFFIX = ".safetensors";

    /**
     * Reads a folder.
     *
     * @param inDoubles which of two twin files, float64 or float32, is wanted; a case that has one of them only is
     *     taken as it is
     * @throws IOException if the folder cannot be listed
     */
    static ConformanceFolder read(Path folder, boolean inDoubles) throws IOException {
        // walking does not follow a link, not even the one it begins with
        Path root = folder.toRealPath();
        List<Path> files;
        try (Stream<Path> walk = Files.walk(root)) {
            files = walk.filter(Files::isRegularFile).sorted().toList();
        }
        Map<String, ConformanceCase> chosen = new HashMap<>();
        List<String> broken = new ArrayList<>();
        List<String> others = new ArrayList<>();
        for (Path path : files) {
            String name = root.relativize(path).toString();
            if (!name.endsWith(SUFFIX)) {
                if (!isTwin(path)) {
                    others.add(name + ": not a safetensors file");
                }
                continue;
            }
            try (SafetensorsFile file = SafetensorsFile.open(path)) {
                if (!PyTorchForm.matches(file) && !OnnxForm.matches(file)) {
                    others.add(name + ": neither PyTorch's layout (metadata 'mode') nor ONNX's ('op')");
                    continue;
                }
                String caseName =
                        name.substring(0, name.length() - SUFFIX.length()).replaceFirst("\\.f(32|64)$", "");
                ConformanceCase read =
                        PyTorchForm.matches(file) ? PyTorchForm.read(caseName, file) : OnnxForm.read(caseName, file);
                chosen.merge(caseName, read, (a, b) -> a.exact() == inDoubles ? a : b);
            } catch (IOException | RuntimeException e) {
                // A file from elsewhere may be wrong in any way; the others shall run all the same.
                broken.add(name + ": " + Texts.sentence(e));
            }
        }
        List<ConformanceCase> cases = new ArrayList<>(chosen.values());
        cases.sort((a, b) -> a.name().compareTo(b.name()));
        return new ConformanceFolder(cases, broken, others);
    }

    /** Whether an .onnx file stands beside a .safetensors file of the same case. */
    private static boolean isTwin(Path path) {
        String name = path.getFileName().toString();
        return name.endsWith(".onnx")
                && Files.exists(path.resolveSibling(name.substring(0, name.length() - 5) + SUFFIX));
    }
}
