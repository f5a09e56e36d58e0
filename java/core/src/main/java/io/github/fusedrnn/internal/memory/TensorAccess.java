package io.github.fusedrnn.internal.memory;

import io.github.fusedrnn.config.RecurrentConfig;
import io.github.fusedrnn.internal.door.Doors;
import io.github.fusedrnn.internal.door.StateDoor;
import io.github.fusedrnn.internal.door.TensorDoor;
import io.github.fusedrnn.tensor.FloatTensor;
import io.github.fusedrnn.tensor.RecurrentState;
import io.github.fusedrnn.tensor.TensorStorage;
import java.lang.invoke.MethodHandles;
import java.util.Objects;

/**
 * The memory behind tensors and states, for backends, layers and what trains them: users see neither blocks nor addresses. Whoever reads or writes
 * a block holds a use of it ({@link TensorStorage#acquire()}) meanwhile.
 */
public final class TensorAccess {
    private static final TensorDoor<FloatTensor, TensorStorage> TENSORS;
    private static final StateDoor<RecurrentState, TensorStorage, RecurrentConfig> STATES;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            lookup.ensureInitialized(FloatTensor.class);
            lookup.ensureInitialized(RecurrentState.class);
        } catch (IllegalAccessException e) {
            throw new ExceptionInInitializerError(e); // both are public
        }
        TENSORS = Objects.requireNonNull(Doors.tensors());
        STATES = Objects.requireNonNull(Doors.states());
    }

    private TensorAccess() {}

    /** The block behind a tensor. */
    public static TensorStorage storage(FloatTensor tensor) {
        return TENSORS.storage(tensor);
    }

    /** The first element's offset in the block, in elements. */
    public static long offset(FloatTensor tensor) {
        return TENSORS.offset(tensor);
    }

    /** Where native code finds the first element; valid while the caller holds a use of the block. */
    public static long address(FloatTensor tensor) {
        return storage(tensor).address() + offset(tensor) * Float.BYTES;
    }

    /**
     * A view of a range of a block that somebody else owns.
     *
     * @param offset of the first element in the block
     * @throws IllegalArgumentException if the range is not inside the block
     */
    public static FloatTensor view(TensorStorage storage, long offset, long... dims) {
        return TENSORS.view(storage, offset, dims);
    }

    /** The block behind h and c. */
    public static TensorStorage storage(RecurrentState state) {
        return STATES.storage(state);
    }

    /**
     * States of {@code n} rows at the start of a block, which stays somebody else's.
     *
     * @throws IllegalArgumentException if the block has less than {@link RecurrentState#floats} elements
     */
    public static RecurrentState states(TensorStorage storage, RecurrentConfig config, int n) {
        return STATES.view(storage, config, n);
    }
}
