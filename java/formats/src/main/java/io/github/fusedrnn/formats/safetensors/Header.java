package io.github.fusedrnn.formats.safetensors;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A header, read or to be written; both maps keep the order of the file and cannot be changed.
 *
 * @param metadata the strings under {@code __metadata__}, empty where there are none
 * @param tensors what is known of each tensor, by name
 */
record Header(Map<String, String> metadata, Map<String, TensorInfo> tensors) {
    /** The most bytes of JSON that are read or written: the bound of the reference implementation. */
    static final int MAX_BYTES = 100_000_000;

    /** The one name that no tensor may have. */
    static final String METADATA = "__metadata__";

    Header {
        metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
        tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
    }
}
