package io.github.fusedrnn.cudnn.internal.dense;

import java.util.HashMap;
import java.util.Map;

/**
 * The rows of each id, in row order: the distinct ids in the order of their first rows, where each one's rows start, and the rows.
 *
 * @param packed ids [distinct], starts [distinct + 1], rows [all], one behind the other
 * @param distinct number of distinct ids
 */
record RowsById(int[] packed, int distinct) {
    static RowsById of(int[] ids) {
        Map<Integer, Integer> places = new HashMap<>();
        int[] place = new int[ids.length];
        for (int r = 0; r < ids.length; r++) {
            Integer known = places.putIfAbsent(ids[r], places.size());
            place[r] = known != null ? known : places.size() - 1;
        }
        int distinct = places.size();
        int[] packed = new int[2 * distinct + 1 + ids.length];
        places.forEach((id, at) -> packed[at] = id);
        for (int at : place) {
            packed[distinct + at + 1]++;
        }
        for (int at = 0; at < distinct; at++) {
            packed[distinct + at + 1] += packed[distinct + at];
        }
        int[] next = new int[distinct];
        for (int r = 0; r < ids.length; r++) {
            int at = place[r];
            packed[2 * distinct + 1 + packed[distinct + at] + next[at]++] = r;
        }
        return new RowsById(packed, distinct);
    }

    int startsAt() {
        return distinct;
    }

    int orderAt() {
        return 2 * distinct + 1;
    }
}
