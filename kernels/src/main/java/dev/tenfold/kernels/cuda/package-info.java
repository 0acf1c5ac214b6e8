/**
 * CUDA through the driver API: what is there, devices, streams, events, copies, memory and graphs. Nothing here touches a CUDA class
 * before {@link dev.tenfold.kernels.cuda.Cuda} has found a driver.
 */
package dev.tenfold.kernels.cuda;
