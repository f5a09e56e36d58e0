package io.github.fusedrnn.peers.onnxruntime;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import io.github.fusedrnn.peers.comparison.CaseData;
import io.github.fusedrnn.peers.comparison.CaseSpec;
import io.github.fusedrnn.peers.comparison.Library;
import io.github.fusedrnn.peers.comparison.LibraryCase;
import io.github.fusedrnn.peers.comparison.Setup;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** ONNX Runtime's Java API with its CPU execution provider. */
public final class OnnxRuntimeLibrary implements Library {
    @Override
    public String id() {
        return "onnxruntime";
    }

    @Override
    public String title() {
        return "ONNX Runtime";
    }

    @Override
    public String version() {
        return OrtEnvironment.getEnvironment().getVersion();
    }

    @Override
    public List<Setup> setups() {
        return List.of(Setup.of(1), Setup.of(2));
    }

    @Override
    public List<String> jars() {
        return List.of("onnxruntime-", "protobuf-java-");
    }

    @Override
    public @Nullable String unsupportedReason(CaseSpec spec) {
        return spec.training() ? "no gradients of recurrent layers in its Java API" : null;
    }

    @Override
    public LibraryCase create(CaseSpec spec, CaseData data, Setup setup) throws OrtException {
        return new OnnxRuntimeInference(spec, data, setup.threads());
    }
}
