/**
 * What Spring applications import: the annotation of actor beans, and the hooks into the
 * node. Auto-configuration lives in the packages below, and nothing there is API.
 */
@NullMarked
package dev.cajun.spring;

import org.jspecify.annotations.NullMarked;
