package io.github.fusedrnn.examples.models;

import io.github.fusedrnn.formats.LayerImport;
import io.github.fusedrnn.formats.ModelImport;
import io.github.fusedrnn.formats.safetensors.SafetensorsLayers;
import io.github.fusedrnn.formats.safetensors.SafetensorsWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Converts the recurrent layers of a file. */
@Command(
        name = "import",
        description = {
            "Convert the recurrent layers of a model file to safetensors with canonical names and descriptions.",
            "Exit code 2: the format is not supported, the file is broken, or a layer cannot be " + "converted exactly."
        },
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class ImportCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(
            paramLabel = "FILE",
            description = "The model: safetensors, ONNX, a PyTorch checkpoint, Keras (.keras, .h5).")
    private Path file;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "OUT",
            required = true,
            description = "The safetensors file to write; an existing one is replaced atomically.")
    private Path output;

    @Option(
            names = "--layer",
            paramLabel = "NAME",
            description = "Convert only this layer; may be repeated. Default: all.")
    private List<String> names = new ArrayList<>();

    @Override
    public Integer call() {
        return ModelInput.run(spec, this::convert);
    }

    private int convert() throws IOException {
        ModelImport model = ModelInput.read(file);
        List<LayerImport> layers = new ArrayList<>();
        for (String name : names) {
            layers.add(model.layer(name));
        }
        if (names.isEmpty()) {
            layers.addAll(model.requireNoneRefused().layers());
        }
        if (layers.isEmpty()) {
            throw new IOException(file + ": no recurrent layer (expected: at least one)");
        }
        SafetensorsWriter writer = new SafetensorsWriter();
        for (LayerImport layer : layers) {
            SafetensorsLayers.add(writer, prefix(layer), layer);
        }
        writer.write(output);
        PrintWriter out = spec.commandLine().getOut();
        for (LayerImport layer : layers) {
            out.println("layer '" + layer.name() + "' -> '" + prefix(layer) + "' in " + output);
            layer.report().toString().lines().forEach(line -> out.println("  " + line));
        }
        return 0;
    }

    /** Names of a state_dict end with a dot already. */
    private static String prefix(LayerImport layer) {
        String name = layer.name();
        return name.isEmpty() || name.endsWith(".") ? name : name + ".";
    }
}
