package io.github.fusedrnn.examples.models;

import io.github.fusedrnn.BackendStatus;
import io.github.fusedrnn.Backends;
import io.github.fusedrnn.config.Availability;
import io.github.fusedrnn.examples.cli.Texts;
import io.github.fusedrnn.formats.LayerImport;
import io.github.fusedrnn.formats.ModelImport;
import io.github.fusedrnn.weights.WeightLayout;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Prints the recurrent layers of a file. */
@Command(
        name = "inspect",
        description = {
            "Print the recurrent layers of a model file, and whether each backend can run them.",
            "Exit code 2: the format is not supported, or the file is broken."
        },
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class InspectCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(
            paramLabel = "FILE",
            description = "The model: safetensors, ONNX, a PyTorch checkpoint, Keras (.keras, .h5).")
    private Path file;

    @Option(names = "--weights", description = "Also list how each weight was mapped.")
    private boolean weights;

    @Override
    public Integer call() {
        return ModelInput.run(spec, this::print);
    }

    private int print() throws IOException {
        ModelImport model = ModelInput.read(file);
        PrintWriter out = spec.commandLine().getOut();
        out.println(file + ": " + model.format() + ", " + model.layers().size() + " recurrent layer(s)"
                + (model.refused().isEmpty() ? "" : ", " + model.refused().size() + " refused"));
        for (LayerImport layer : model.layers()) {
            out.println();
            out.println("layer '" + layer.name() + "': "
                    + WeightLayout.of(layer.config()).size() + " weights");
            layer.report().found().forEach(line -> out.println("  " + line));
            if (weights) {
                layer.report().mapped().forEach(line -> out.println("  mapped: " + line));
            }
            layer.report().ignored().forEach(line -> out.println("  ignored: " + line));
            layer.report().warnings().forEach(line -> out.println("  WARNING: " + line));
            for (BackendStatus status : Backends.report()) {
                out.println("  " + Texts.lower(status.kind()) + ": " + verdict(status, layer));
            }
        }
        model.refused().forEach((name, reason) -> {
            out.println();
            out.println("refused '" + name + "': " + reason);
        });
        if (!model.ignored().isEmpty()) {
            out.println();
            model.ignored().stream().limit(50).forEach(line -> out.println("not recurrent: " + line));
            if (model.ignored().size() > 50) {
                out.println("not recurrent: " + (model.ignored().size() - 50) + " more");
            }
        }
        return 0;
    }

    private static String verdict(BackendStatus status, LayerImport layer) {
        if (!status.available()) {
            return "not available, " + status.reason();
        }
        Availability can = Backends.supports(status.kind(), layer.config());
        return can.available() ? "can run it" : "cannot run it, " + can.reason();
    }
}
