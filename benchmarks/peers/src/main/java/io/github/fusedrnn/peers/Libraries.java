package io.github.fusedrnn.peers;

import io.github.fusedrnn.peers.comparison.Library;
import io.github.fusedrnn.peers.dl4j.Deeplearning4jLibrary;
import io.github.fusedrnn.peers.fusedrnn.FusedRnnLibrary;
import io.github.fusedrnn.peers.onednn.OneDnnLibrary;
import io.github.fusedrnn.peers.onnxruntime.OnnxRuntimeLibrary;
import io.github.fusedrnn.peers.pytorch.PyTorchLibrary;
import java.util.List;

/** The libraries under comparison. */
final class Libraries {
    /** The id of FusedRNN. */
    static final String FUSEDRNN = "fusedrnn";

    /** The id of Deeplearning4j, which has a target of its own. */
    static final String DEEPLEARNING4J = "deeplearning4j";

    /** In the order of the table's columns, FusedRNN first. */
    static final List<Library> ALL = List.of(
            new FusedRnnLibrary(),
            new OneDnnLibrary(),
            new OnnxRuntimeLibrary(),
            new PyTorchLibrary(),
            new Deeplearning4jLibrary());

    private Libraries() {}

    static Library byId(String id) {
        return ALL.stream()
                .filter(library -> library.id().equals(id))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("library: '" + id + "' (expected: one of "
                        + ALL.stream().map(Library::id).toList() + ")"));
    }
}
