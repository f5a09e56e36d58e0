/**
 * Files in the safetensors format, read and written.
 *
 * <p>A file is an 8-byte little-endian header length N, N bytes of JSON, and the tensors' bytes, little-endian and
 * row-major. The header maps each name to {@code {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}}, offsets
 * counted from the end of the header; the reserved name {@code __metadata__} holds a map of strings. The byte ranges
 * must tile the rest of the file: no overlap, no hole, nothing behind the last one.
 *
 * <p>Source: the format section and the reference implementation of the safetensors project
 * (<a href="https://github.com/huggingface/safetensors">huggingface/safetensors</a>). This reader is stricter at four
 * points: a repeated name, an unknown field of a tensor, and a dimension product that overflows when zeros are left
 * out are refused, and so is any string that is not valid Unicode.
 */
@NullMarked
package io.github.fusedrnn.formats.safetensors;

import org.jspecify.annotations.NullMarked;
