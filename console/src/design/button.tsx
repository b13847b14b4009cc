import type { ReactNode } from 'react';
import { Button as AriaButton, type ButtonProps } from 'react-aria-components/Button';

type Look = 'plain' | 'primary' | 'danger' | 'quiet';

/** The class names of a button, for links that look like one. */
export function buttonClass(look: Look = 'plain', small = false): string {
  return ['button', look === 'plain' ? '' : `button-${look}`, small ? 'button-small' : ''].filter(Boolean).join(' ');
}

/** A button. While `busy` it says so and cannot be pressed again. */
export function Button({
  look = 'plain',
  small = false,
  busy = false,
  children,
  ...rest
}: Omit<ButtonProps, 'className' | 'children'> & {
  look?: Look;
  small?: boolean;
  busy?: boolean;
  children: ReactNode;
}) {
  return (
    <AriaButton {...rest} isDisabled={busy || rest.isDisabled === true} className={buttonClass(look, small)}>
      {busy ? `${typeof children === 'string' ? children : 'Working'} …` : children}
    </AriaButton>
  );
}
