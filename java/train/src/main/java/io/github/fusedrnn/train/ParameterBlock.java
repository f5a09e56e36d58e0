package io.github.fusedrnn.train;

import io.github.fusedrnn.Gradients;
import io.github.fusedrnn.RecurrentLayer;
import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.tensor.FloatTensor;
import java.util.List;
import java.util.function.Consumer;

/**
 * Parameters that lie one after another in one block of memory, and their gradients in a second block of the same
 * layout: the form in which optimisers, clipping and checkpoints see a recurrent layer and a dense layer alike.
 *
 * <p>A block does not own its memory. One thread at a time.
 */
public interface ParameterBlock {
    /** The backend whose memory and operations the block needs. */
    BackendKind backend();

    /** The named tensors of the block, in order, without gaps. */
    List<Entry> entries();

    /** Number of elements of weights, and of gradients. */
    default long size() {
        Entry last = entries().get(entries().size() - 1);
        return last.offset() + last.size();
    }

    /** All gradients as one vector {@code [size]}, a view: backward adds to it. */
    FloatTensor gradients();

    /**
     * Changes the weights in place.
     *
     * @param change gets all weights as one vector {@code [size]}, which must not be kept
     */
    void update(Consumer<FloatTensor> change);

    /** A copy of one entry's weights, row-major. */
    float[] read(Entry entry);

    /**
     * Refuses a block that has been closed.
     *
     * @throws IllegalStateException if the weights or the gradients are closed
     */
    void checkOpen();

    /**
     * The weights of a recurrent layer and the gradients that its tapes add to; both stay the caller's.
     *
     * @throws IllegalArgumentException if the gradients are of a layer with other parameters
     */
    static ParameterBlock of(RecurrentLayer layer, Gradients gradients) {
        return new RecurrentBlock(layer, gradients);
    }

    /**
     * One tensor of a block.
     *
     * @param name its name inside the block, such as {@code weight_ih_l0}
     * @param shape dimensions, last index fastest
     * @param offset of its first element in the block, in elements
     */
    record Entry(String name, List<Long> shape, long offset) {
        /** Copies the shape. */
        public Entry {
            shape = List.copyOf(shape);
        }

        /** Number of elements. */
        public long size() {
            return shape.stream().reduce(1L, Math::multiplyExact);
        }

        /** This entry's part of a vector with the block's layout, with the entry's shape; a view. */
        public FloatTensor view(FloatTensor all) {
            return all.slice(offset, size())
                    .reshape(shape.stream().mapToLong(Long::longValue).toArray());
        }

        /** A copy of this entry's part of a vector with the block's layout, row-major. */
        public float[] read(FloatTensor all) {
            return view(all).toArray();
        }
    }
}
